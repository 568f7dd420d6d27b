// The workloads. A shape is plain data:
//   { name, kind, B, T, F, layers: [{ type: 'simple_rnn', units, returnSequences } | { type: 'dense', units }] }
// kind 'forward': run(x)    -> whole model, x is [B, T, F], zero initial state
// kind 'stream' : run(x, h) -> one time step, x is [B, 1, F], h is [B, U]; the result is the new state
// kind 'train'  : step()    -> one optimizer step (forward + backward + Adam, MSE), returns the loss
//
// Besides the named ones there is one for every size: 'B32T50F64U128:seq' or ':last' is a single SimpleRNN,
// 'B32T50F64U128:train' the training of one with Dense(1).

const rnn = (units, returnSequences) => ({ type: 'simple_rnn', units, returnSequences });
const dense = (units) => ({ type: 'dense', units });

const single = {
  tiny: { B: 1, T: 20, F: 8, U: 16 },
  small: { B: 1, T: 100, F: 32, U: 64 },
  text: { B: 1, T: 200, F: 128, U: 256 },
  medium: { B: 32, T: 50, F: 64, U: 128 },
  large: { B: 64, T: 100, F: 256, U: 512 },
};

const list = [];
for (const [name, { B, T, F, U }] of Object.entries(single)) {
  list.push({ name: `${name}:seq`, kind: 'forward', B, T, F, layers: [rnn(U, true)] });
  list.push({ name: `${name}:last`, kind: 'forward', B, T, F, layers: [rnn(U, false)] });
}
list.push({ name: 'deep', kind: 'forward', B: 16, T: 50, F: 32, layers: [rnn(128, true), rnn(128, false), dense(10)] });
list.push({ name: 'stream', kind: 'stream', B: 1, T: 1, F: 16, layers: [rnn(64, false)] });
list.push({ name: 'train', kind: 'train', B: 32, T: 50, F: 16, layers: [rnn(64, false), dense(1)] });
list.push({
  name: 'train-deep',
  kind: 'train',
  B: 16,
  T: 50,
  F: 32,
  layers: [rnn(128, true), rnn(128, false), dense(10)],
});
list.push({ name: 'train-large', kind: 'train', B: 64, T: 100, F: 256, layers: [rnn(512, false), dense(1)] });

/** The named shapes, in the order of the report. */
export const shapes = new Map(list.map((shape) => [shape.name, shape]));

/** The name of a single SimpleRNN of any size; output 'seq', 'last', or 'train'. */
export const sizeName = ({ B, T, F, U }, output = 'last') => `B${B}T${T}F${F}U${U}:${output}`;

/** The shape of that name, or undefined. */
export function shapeOf(name) {
  if (shapes.has(name)) return shapes.get(name);
  const match = /^B(\d+)T(\d+)F(\d+)U(\d+):(seq|last|train)$/.exec(name);
  if (!match) return undefined;
  const [B, T, F, U] = match.slice(1, 5).map(Number);
  if (match[5] === 'train') return { name, kind: 'train', B, T, F, layers: [rnn(U, false), dense(1)] };
  return { name, kind: 'forward', B, T, F, layers: [rnn(U, match[5] === 'seq')] };
}

/** 'tiny' selects 'tiny:seq' and 'tiny:last'; 'all' selects every named shape. */
export function selectShapes(names) {
  if (!names || names === 'all') return list;
  return names.split(',').flatMap((name) => {
    const found = list.filter((shape) => shape.name.startsWith(`${name}:`));
    const exact = shapeOf(name);
    if (!exact && !found.length) throw new Error(`unknown shape "${name}"; known: ${[...shapes.keys()].join(' ')}`);
    return exact ? [exact] : found;
  });
}

/**
 * The matrix products of one run: { flops, rows, bytes }, a multiply and an add counted as 2. `rows` is how many rows
 * one pass over the weights serves: all B * T in an input projection, B in a recurrence; `bytes` are the weights'.
 * Bias and tanh are not counted.
 */
export function products(shape) {
  const list = [];
  let fan = shape.F;
  let steps = shape.T;
  for (const { type, units, returnSequences } of shape.layers) {
    const rows = shape.B * steps;
    list.push({ flops: 2 * rows * fan * units, rows, bytes: 4 * fan * units });
    if (type === 'simple_rnn') {
      list.push({ flops: 2 * rows * units * units, rows: shape.B, bytes: 4 * units * units });
      if (!returnSequences) steps = 1;
    }
    fan = units;
  }
  return list;
}

/** Flops of one run; of a training step three times those of its forward pass. */
export function flops(shape) {
  const forward = products(shape).reduce((sum, product) => sum + product.flops, 0);
  return shape.kind === 'train' ? 3 * forward : forward;
}

/** Number of float32 values in the model's result. */
export function outputLength(shape) {
  const last = shape.layers[shape.layers.length - 1];
  return shape.B * (last.returnSequences ? shape.T : 1) * last.units;
}
