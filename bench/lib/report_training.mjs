// The tables of training.mjs.
import { trainingRow } from './judge_training.mjs';
import { mark, number, section, table } from './markdown.mjs';
import { BACKWARD_WORST, FIT_OVERHEAD, OPTIMIZER_WORST } from './targets.mjs';

const percent = (part) => `${(100 * part).toFixed(1)} %`;

function steps(rows) {
  if (!rows.length) return [];
  return [
    section(
      `A training step: backward ÷ forward (at most ${BACKWARD_WORST}), and what fit costs beyond its kernels (at most ${percent(FIT_OVERHEAD)} at train)`,
      table(
        [
          'shape',
          'forward, ms',
          'backward, ms',
          'backward ÷ forward',
          'met',
          'all kernels, ms',
          'trainOnBatch, ms',
          'above',
          'fit, ms a batch',
          'above',
          'met',
        ],
        rows.map(({ training, ms, backward, metBackward, batch, fit, metFit }) => [
          training,
          number(ms.forward),
          number(ms.backward),
          backward.toFixed(2),
          mark(metBackward),
          number(ms.kernels),
          number(ms.trainOnBatch),
          percent(batch),
          number(ms.fit),
          percent(fit),
          mark(metFit),
        ]),
      ),
    ),
  ];
}

function optimizers(rows) {
  if (!rows.length) return [];
  return [
    section(
      `Adam's step beside a copy of the numbers that it reads (at most ${OPTIMIZER_WORST})`,
      table(
        ['weights', 'ms', 'copy, ms', 'ratio', 'met'],
        rows.map(({ optimizer, ms, copyMs, ratio, met }) => [
          optimizer,
          number(ms),
          number(copyMs),
          ratio.toFixed(2),
          mark(met),
        ]),
      ),
    ),
  ];
}

/** All of them, of the lines of one pass. */
export const training = (lines) => [
  ...steps(lines.filter((line) => line.training).map(trainingRow)),
  ...optimizers(lines.filter((line) => line.optimizer).map(trainingRow)),
];
