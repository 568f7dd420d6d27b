// From the lines of training.mjs to figures and verdicts.
import { median, ratioPerRound } from './statistics.mjs';
import { BACKWARD_WORST, FIT_OVERHEAD, OPTIMIZER_WORST } from './targets.mjs';

const middle = (samples) => median(samples.map(([, ms]) => ms));

/**
 * Of a shape: { training, ms (of each part), backward (÷ forward), fit and batch (what they cost beyond the kernels, as a
 * part of these), metBackward, metFit }; fit has a target at `train`. Of an optimizer: { optimizer, ms, copyMs, ratio, met }.
 */
export function trainingRow(line) {
  if (line.optimizer) {
    const ratio = ratioPerRound(line.samples, line.copySamples);
    const { optimizer, samples, copySamples } = line;
    return { optimizer, ms: middle(samples), copyMs: middle(copySamples), ratio, met: ratio <= OPTIMIZER_WORST };
  }
  const { training, samples } = line;
  const backward = ratioPerRound(samples.backward, samples.forward);
  const beyond = (name) => ratioPerRound(samples[name], samples.kernels) - 1;
  return {
    training,
    ms: Object.fromEntries(Object.entries(samples).map(([name, own]) => [name, middle(own)])),
    backward,
    fit: beyond('fit'),
    batch: beyond('trainOnBatch'),
    metBackward: backward <= BACKWARD_WORST,
    metFit: training === 'train' ? beyond('fit') <= FIT_OVERHEAD : undefined,
  };
}
