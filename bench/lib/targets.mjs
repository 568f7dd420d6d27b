// What simple-rnn aims for: peer's median / ours, by peer and by the first word of the shape's name; docs/performance.md.

export const OURS = 'simple-rnn';

export const ratioTargets = {
  'ort-node': { tiny: 5, small: 2.5, text: 1.3, medium: 2, large: 1, deep: 2, stream: 10 },
  'ort-web': { tiny: 5, small: 5, text: 4, medium: 4, large: 2.7, deep: 4, stream: 10 },
  'tfjs-wasm': {
    tiny: 100,
    small: 60,
    text: 12,
    medium: 12,
    large: 5,
    deep: 12,
    stream: 30,
    train: 30,
    'train-deep': 10,
    'train-large': 10,
  },
};

/** A cell whose ratio is not reached is met too at this part of the wasm limit for its kind of work. */
export const LIMIT_INSTEAD = 0.85;
/** At least this part of the limit on these shapes, whatever the peers do. */
export const LIMIT_FLOOR = { text: 0.75, medium: 0.75, large: 0.75 };
/** Time per flop of an odd size / that of the next multiple of 8, at worst. */
export const ODD_WORST = 1.5;
/** Time of a road (a mask, Bidirectional, …) / that of plain forwards of the same work, at worst. */
export const ROAD_WORST = 1.1;
/** Microseconds that a tiny layer adds to a call of a functional model, at most. */
export const LAYER_MICROSECONDS = 5;
/** Bytes of JavaScript's heap that a call takes, its result included, at most. */
export const CALL_BYTES = 2000;
/** Time of a backward pass / that of the forward pass that keeps what it needs, at worst. */
export const BACKWARD_WORST = 2.2;
/** Time of an optimizer step / that of a copy of the numbers that it reads, at worst. */
export const OPTIMIZER_WORST = 1.5;
/** What `fit` may cost beyond its calls of kernels. */
export const FIT_OVERHEAD = 0.03;
/** Milliseconds of a cold start above an empty Node process. */
export const COLD_MS = 30;
/** gzip bytes of the whole default entry, and of each .wasm. */
export const ENTRY_GZIP = 100_000;
export const WASM_GZIP = 35_000;

const family = (shapeName) => shapeName.split(':')[0];

export const targetFor = (peer, shapeName) => ratioTargets[peer]?.[family(shapeName)];
export const floorFor = (shapeName) => LIMIT_FLOOR[family(shapeName)];

/** How a cell stands: 'ratio', 'limit' or 'missed'; undefined where there is no target. */
export function verdict(peer, shapeName, ratio, partOfLimit) {
  const target = targetFor(peer, shapeName);
  if (target === undefined || ratio === undefined) return undefined;
  if (ratio >= target) return 'ratio';
  return partOfLimit >= LIMIT_INSTEAD ? 'limit' : 'missed';
}
