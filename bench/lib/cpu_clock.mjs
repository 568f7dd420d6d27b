// For a busy machine: the same lines by CPU time instead of wall time. What waits for a core then costs nothing; what
// runs on other threads (garbage collection, compilation) does. A figure to quote is one by wall time.
import { flops, shapeOf } from './shapes.mjs';
import { median } from './statistics.mjs';

const cpuOf = (samples) => samples.map(([round, , cpu]) => [round, cpu]);
const middle = (samples) => median(samples.map(([, value]) => value));

/** A line of peers.mjs, odd.mjs, curves.mjs, roads.mjs or training.mjs with CPU times where the wall times stood; others as they are. */
export function byCpuTime(line) {
  if (line.shape && line.samples) {
    const samples = cpuOf(line.samples);
    const ms = middle(samples);
    const min = Math.min(...samples.map(([, value]) => value));
    return { ...line, samples, ms, min, gflops: flops(shapeOf(line.shape)) / ms / 1e6 };
  }
  if (line.odd && line.samples) {
    const samples = cpuOf(line.samples);
    const evenSamples = cpuOf(line.evenSamples);
    return { ...line, samples, evenSamples, ms: middle(samples), evenMs: middle(evenSamples) };
  }
  if (line.road) return { ...line, samples: cpuOf(line.samples), besideSamples: cpuOf(line.besideSamples) };
  if (line.graph) return { ...line, samples: cpuOf(line.samples), fewSamples: cpuOf(line.fewSamples) };
  if (line.optimizer) return { ...line, samples: cpuOf(line.samples), copySamples: cpuOf(line.copySamples) };
  if (line.training) {
    const samples = Object.entries(line.samples).map(([name, own]) => [name, cpuOf(own)]);
    return { ...line, samples: Object.fromEntries(samples) };
  }
  if (line.curve && line.points) {
    return { ...line, points: line.points.map((point) => ({ ...point, ms: point.cpuMs })) };
  }
  return line;
}
