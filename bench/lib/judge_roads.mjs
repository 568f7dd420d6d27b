// From the lines of roads.mjs to figures and verdicts.
import { median, ratioPerRound } from './statistics.mjs';
import { CALL_BYTES, LAYER_MICROSECONDS, ROAD_WORST } from './targets.mjs';

const middle = (samples) => median(samples.map(([, ms]) => ms));

/** A road: { road, beside, at, ms, besideMs, ratio, met }, the ratio that of the rounds. */
export function roadRow({ road, beside, at, samples, besideSamples }) {
  const ratio = ratioPerRound(samples, besideSamples);
  return { road, beside, at, ms: middle(samples), besideMs: middle(besideSamples), ratio, met: ratio <= ROAD_WORST };
}

/** A functional model: { graph, layers, ms, microseconds, met }, what a layer adds to a call, its kernel included. */
export function graphRow({ graph, layers: [few, many], samples, fewSamples }) {
  const other = new Map(fewSamples);
  const each = samples
    .filter(([round]) => other.has(round))
    .map(([round, ms]) => (ms - other.get(round)) / (many - few));
  const microseconds = 1000 * median(each);
  return { graph, layers: many, ms: middle(samples), microseconds, met: microseconds <= LAYER_MICROSECONDS };
}

/** What calls allocate: { allocations, calls, blocks, bytes, mallocs, heapBytes, met }. */
export function allocationRow(line) {
  const { blocks, bytes, mallocs, heapBytes } = line;
  return { ...line, met: blocks === 0 && bytes === 0 && mallocs === 0 && heapBytes <= CALL_BYTES };
}
