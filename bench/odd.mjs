// node odd.mjs [--peer simple-rnn] [sampling options of peers.mjs]
//
// Odd sizes: one SimpleRNN with F = U at sizes that fill no vector, against the next multiple of 8, for batches of
// 1 and 32, all taking turns. One JSON line per size and batch: time, and that of the size it is compared with.
import { interleave } from './lib/interleave.mjs';
import { log, machine, print, samplingOptions } from './lib/options.mjs';
import { flops, shapeOf, sizeName } from './lib/shapes.mjs';

const ODD = [1, 3, 5, 17, 33, 100, 250];
const BATCHES = [1, 32];
const STEPS = 50;

const options = samplingOptions({ peer: 'simple-rnn' });
const name = (B, U) => sizeName({ B, T: STEPS, F: U, U });
const nextMultiple = (U) => 8 * Math.ceil(U / 8);

print(machine());
for (const B of BATCHES) {
  log(`odd sizes, batch ${B}`);
  const sizes = [...new Set(ODD.flatMap((U) => [U, nextMultiple(U)]))].sort((a, b) => a - b);
  const entries = sizes.map((U) => ({ peer: options.peer, shape: name(B, U) }));
  const lines = new Map((await interleave(entries, options, log)).map((line) => [line.shape, line]));
  for (const U of ODD) {
    const own = lines.get(name(B, U));
    const even = lines.get(name(B, nextMultiple(U)));
    if (own.error || even.error) print({ odd: U, batch: B, peer: options.peer, error: own.error ?? even.error });
    else {
      const work = flops(shapeOf(own.shape)) / flops(shapeOf(even.shape));
      print({
        odd: U,
        even: nextMultiple(U),
        batch: B,
        peer: options.peer,
        ms: own.ms,
        evenMs: even.ms,
        work,
        samples: own.samples,
        evenSamples: even.samples,
      });
    }
  }
}
