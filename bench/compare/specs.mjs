// Random models that several libraries know, described by plain data, and the numbers for them.

/** A linear congruential generator: the same models in every run. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    next,
    size: (most) => 1 + Math.floor(next() * most),
    chance: (share) => next() < share,
    of: (list) => list[Math.floor(next() * list.length)],
    values: (count, range) => Float32Array.from({ length: count }, () => (2 * next() - 1) * range),
  };
}

// Those that every library computes alike. The others are known to one of them only.
const COMMON = ['tanh', 'tanh', 'tanh', 'relu', 'sigmoid', 'linear', 'elu', 'softplus', 'softsign'];
const TFJS = ['selu', 'relu6', 'silu', 'mish', 'softmax'];
const ONNX = ['hard_sigmoid', 'leaky_relu'];

function recurrentLayer(random, isLast, isMasked) {
  const layer = {
    type: random.of(['rnn', 'rnn', 'rnn', 'bidirectional', ...(isMasked ? [] : ['stack'])]),
    units: random.size(24),
    activation: random.of([...COMMON, random.of(TFJS), random.of(ONNX)]),
    useBias: random.chance(0.8),
    returnSequences: !isLast || random.chance(0.4),
    unroll: random.chance(0.1),
  };
  if (layer.type === 'stack') layer.units = Array.from({ length: 1 + random.size(2) }, () => random.size(16));
  if (layer.type === 'bidirectional') layer.mergeMode = random.of(['concat', 'concat', 'sum', 'mul', 'ave']);
  // Behind a layer that goes backwards Keras' mask no longer belongs to the steps.
  layer.goBackwards = layer.type === 'rnn' && !(isMasked && layer.returnSequences) && random.chance(0.25);
  return layer;
}

/**
 * One model: `layers` from first to last, `front` before them (`masking`, `embedding`, `embedding_mask` or null),
 * `padding` of the sequences (`end`, `anywhere` or null), `states`: the first layer takes and gives its state.
 */
export function randomSpec(random) {
  const front = random.of([null, null, null, 'masking', 'embedding', 'embedding_mask']);
  const isMasked = front === 'masking' || front === 'embedding_mask';
  const depth = random.size(3);
  const layers = Array.from({ length: depth }, (_, i) => recurrentLayer(random, i === depth - 1, isMasked));
  if (random.chance(0.5)) {
    const type = layers.at(-1).returnSequences ? random.of(['time_distributed', 'dense']) : 'dense';
    layers.push({ type, units: random.size(8), activation: random.of(COMMON), useBias: random.chance(0.8) });
  }
  return {
    batch: random.size(6),
    steps: random.size(20),
    features: random.size(16),
    vocabulary: 20,
    front,
    padding: isMasked ? random.of(['end', 'anywhere']) : null,
    layers,
    states: !isMasked && layers[0].type === 'rnn' && random.chance(0.4),
  };
}

// Which steps of each sequence count; at least one of each does.
function usedSteps({ batch, steps, padding }, random) {
  return Array.from({ length: batch }, () => {
    const length = random.size(steps);
    const row = Array.from({ length: steps }, (_, t) => (padding === 'end' ? t < length : random.chance(0.7)));
    row[0] ||= !row.includes(true);
    return row;
  });
}

/** The numbers for a model: `x`, `used` (steps that count, or null), `h` (the first layer's state, or null). */
export function randomData(spec, random) {
  const { batch, steps, features, vocabulary, front } = spec;
  const used = spec.padding === null ? null : usedSteps(spec, random);
  const isUsed = (row, step) => used === null || used[row][step];
  const isIds = front?.startsWith('embedding') ?? false;
  const width = isIds ? 1 : features;
  const x = Float32Array.from({ length: batch * steps * width }, (_, i) => {
    const value = isIds ? random.size(vocabulary - 1) : 2 * random.next() - 1;
    const row = Math.floor(i / (steps * width));
    return isUsed(row, Math.floor(i / width) % steps) ? value : 0;
  });
  const units = spec.layers[0].units;
  const h = spec.states ? { data: random.values(batch * units, 1), shape: [batch, units] } : null;
  return { x: { data: x, shape: isIds ? [batch, steps] : [batch, steps, features] }, used, h };
}

/** Weights for given shapes, small enough that states stay moderate under every activation. */
export function randomWeights(shapes, random) {
  return shapes.map((shape) => {
    const count = shape.reduce((all, size) => all * size, 1);
    return { data: random.values(count, shape.length === 1 ? 0.5 : 1 / Math.sqrt(shape[0])), shape };
  });
}
