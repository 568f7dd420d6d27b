// node curves.mjs [--peer simple-rnn] [--curves B,T,…] [--points 7] [--output last|train] [sampling options of peers.mjs]
//
// How the cost grows, one SimpleRNN, one number doubled from point to point, all points taking turns: in B, in T (for
// batches of 1 and 32), and in F = U, where the arithmetic grows with F * U + U * U. With --output train: of training steps.
// One JSON line per curve.
import { interleave } from './lib/interleave.mjs';
import { log, machine, print, samplingOptions } from './lib/options.mjs';
import { flops, shapeOf, sizeName } from './lib/shapes.mjs';

const doubling = (first, count) => Array.from({ length: count }, (_, i) => first * 2 ** i);

const options = samplingOptions({ peer: 'simple-rnn', curves: 'all', points: '7', output: 'last' });
const points = Number(options.points);
const curves = {
  B: doubling(1, points).map((B) => ({ B, T: 50, F: 64, U: 128 })),
  'T, batch 1': doubling(8, points).map((T) => ({ B: 1, T, F: 32, U: 64 })),
  'T, batch 32': doubling(8, points).map((T) => ({ B: 32, T, F: 32, U: 64 })),
  'F = U, batch 1': doubling(8, points).map((U) => ({ B: 1, T: 50, F: U, U })),
  'F = U, batch 32': doubling(8, points).map((U) => ({ B: 32, T: 50, F: U, U })),
};

print(machine());
for (const [curve, sizes] of Object.entries(curves)) {
  if (options.curves !== 'all' && !options.curves.split(',').includes(curve[0])) continue;
  log(`curve in ${curve}`);
  const entries = sizes.map((size) => ({ peer: options.peer, shape: sizeName(size, options.output) }));
  const lines = await interleave(entries, options, log);
  const error = lines.find((line) => line.error)?.error;
  const measured = lines.map((line, i) => {
    const at = sizes[i][curve[0] === 'F' ? 'U' : curve[0]];
    return { at, shape: line.shape, flops: flops(shapeOf(line.shape)), ms: line.ms, min: line.min, cpuMs: line.cpuMs };
  });
  const name = options.output === 'train' ? `${curve}, training` : curve;
  print(error ? { curve: name, peer: options.peer, error } : { curve: name, peer: options.peer, points: measured });
}
