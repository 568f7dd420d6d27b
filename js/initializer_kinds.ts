import type { Config, Kind, Member } from './family.js';
import { checkNumber, checkSeed, checkShape, elements, show, showShape } from './runtime/check.js';
import { ArgumentError, ShapeError } from './runtime/errors.js';
import { Block } from './runtime/memory.js';
import { kernels, trapped } from './runtime/module.js';
import { drawSeed } from './runtime/random.js';
import { Tensor, type TensorLike, toTensor } from './runtime/tensor.js';

/** Makes the first values of a weight: call it with a shape. */
export interface Initializer extends Member {
  (shape: readonly number[]): Tensor;
  /** @internal Writes the values for `shape` to `address`. */
  fill(address: number, shape: readonly number[]): void;
}

/** Which axes of a shape count as inputs and which as outputs. */
export interface FanAxes {
  inputAxes?: readonly number[] | null;
  outputAxes?: readonly number[] | null;
}

function checkAxes(owner: string, { inputAxes, outputAxes }: FanAxes): void {
  for (const axes of [inputAxes, outputAxes]) {
    if (axes === null || axes === undefined) continue;
    if (!Array.isArray(axes) || !Array.from(axes).every((axis) => Number.isInteger(axis))) {
      throw new ArgumentError(`${owner}: axes must be null or a list of whole numbers, received ${show(axes)}`);
    }
  }
}

/** Number of inputs and outputs of a weight of this shape, as Keras counts them. */
export function computeFans(shape: readonly number[], axes: FanAxes = {}): [number, number] {
  checkShape('computeFans', 'shape', shape, false);
  checkAxes('computeFans', axes);
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const { inputAxes, outputAxes } = axes;
  if (inputAxes && outputAxes) {
    const at = (list: readonly number[]) => product(list.map((axis) => shape.at(axis) ?? 1));
    return [at(inputAxes), at(outputAxes)];
  }
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0] as number, shape[0] as number];
  const field = product(shape.slice(0, -2));
  return [(shape.at(-2) as number) * field, (shape.at(-1) as number) * field];
}

type Fill = (address: number, shape: readonly number[], count: number) => void;

/** Builds the callable object from its way to write values. */
export function makeInitializer(className: string, config: Config, fill: Fill): Initializer {
  const write = (address: number, shape: readonly number[]) => {
    try {
      fill(address, shape, elements(className, 'shape', shape));
    } catch (error) {
      throw trapped(error);
    }
  };
  const initialize = (shape: readonly number[]): Tensor => {
    checkShape(className, 'shape', shape, false);
    const count = elements(className, 'shape', shape);
    const block = new Block(count * 4, className);
    try {
      write(block.address, shape);
      return new Tensor(kernels().HEAPF32.slice(block.address / 4, block.address / 4 + count), [...shape]);
    } finally {
      block.free();
    }
  };
  return Object.assign(initialize, { className, getConfig: () => ({ ...config }), fill: write });
}

function set(address: number, count: number, value: number): void {
  kernels().HEAPF32.fill(value, address / 4, address / 4 + count);
}

function seedOf(className: string, config: Config): number | null {
  const { seed } = config;
  // Keras writes a generator as an object around its seed.
  const inner = seed !== null && typeof seed === 'object' ? (seed as { config?: Config }).config?.seed : seed;
  config.seed = checkSeed(className, inner);
  return config.seed as number | null;
}

function random(
  className: string,
  defaults: Config,
  fill: (config: Config, low: number, high: number, ...place: Parameters<Fill>) => void,
  aliases: string[] = [],
  check: (config: Config) => void = () => {},
): Kind<Initializer> {
  return {
    className,
    aliases,
    defaults: { seed: null, ...defaults },
    make(config) {
      const seed = seedOf(className, config);
      check(config);
      checkAxes(className, axesOf(config));
      return makeInitializer(className, config, (address, shape, count) => {
        const { low, high } = drawSeed(seed);
        fill(config, low, high, address, shape, count);
      });
    },
  };
}

function numbers(className: string, ...names: string[]): (config: Config) => void {
  return (config) => {
    for (const name of names) checkNumber(className, name, config[name]);
  };
}

const MODES = ['fan_in', 'fan_out', 'fan_avg'];
const DISTRIBUTIONS = ['uniform', 'truncated_normal', 'untruncated_normal'];
// The standard deviation of a normal distribution cut off at two standard deviations.
const TRUNCATED_STDDEV = 0.8796256610342398;

function checkScaling(config: Config): void {
  const { scale, mode, distribution } = config;
  if (typeof scale !== 'number' || !(scale > 0) || !Number.isFinite(scale)) {
    throw new ArgumentError(`Argument \`scale\` must be positive float. Received: scale=${show(scale)}`);
  }
  if (!MODES.includes(mode as string)) {
    throw new ArgumentError(
      `Invalid \`mode\` argument: ${show(mode)}. Please use one of ${MODES.map(show).join(', ')}.`,
    );
  }
  if (distribution === 'normal') config.distribution = 'truncated_normal';
  else if (!DISTRIBUTIONS.includes(distribution as string)) {
    throw new ArgumentError(
      `Invalid \`distribution\` argument: ${show(distribution)}. Please use one of ${DISTRIBUTIONS.map(show).join(', ')}.`,
    );
  }
}

function fillScaled(
  scale: number,
  mode: string,
  distribution: string,
  axes: FanAxes,
  low: number,
  high: number,
  ...[address, shape, count]: Parameters<Fill>
): void {
  const [fanIn, fanOut] = computeFans(shape, axes);
  const fan = mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, fan);
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    kernels().randomUniform(address, count, -limit, limit, low, high);
  } else if (distribution === 'truncated_normal') {
    kernels().truncatedNormal(address, count, 0, Math.sqrt(variance) / TRUNCATED_STDDEV, low, high);
  } else {
    kernels().randomNormal(address, count, 0, Math.sqrt(variance), low, high);
  }
}

function axesOf(config: Config): FanAxes {
  return {
    inputAxes: config.input_axes as readonly number[] | null,
    outputAxes: config.output_axes as readonly number[] | null,
  };
}

function scaled(className: string, scale: number, mode: string, distribution: string): Kind<Initializer> {
  return random(className, { input_axes: null, output_axes: null }, (config, ...rest) =>
    fillScaled(scale, mode, distribution, axesOf(config), ...rest),
  );
}

function fillOrthogonal(gain: number, low: number, high: number, address: number, shape: readonly number[]): void {
  if (shape.length < 2) {
    throw new ShapeError(
      `The tensor to initialize must be at least two-dimensional. Received: shape=${showShape(shape)} of rank ${shape.length}.`,
    );
  }
  const columns = shape.at(-1) as number;
  const rows = shape.slice(0, -1).reduce((all, size) => all * size, 1);
  const workspace = new Block(kernels().orthogonalWorkspaceBytes(rows, columns), 'Orthogonal');
  try {
    kernels().orthogonal(address, workspace.address, rows, columns, gain, low, high);
  } finally {
    workspace.free();
  }
}

function constant(className: string, value: number, aliases: string[]): Kind<Initializer> {
  return {
    className,
    aliases,
    defaults: {},
    make: (config) => makeInitializer(className, config, (address, _, count) => set(address, count, value)),
  };
}

/** Values given one by one, of exactly the weight's shape. */
export function fromArray(values: TensorLike): Initializer {
  const tensor = toTensor(values, 'Constant: value');
  const config = { value: tensor.toArray() };
  return makeInitializer('Constant', config, (address, shape) => {
    if (showShape(shape) !== showShape(tensor.shape)) {
      throw new ShapeError(
        `Expected \`shape\` to be ${showShape(tensor.shape)} for direct tensor as initializer. Received shape=${showShape(shape)}`,
      );
    }
    kernels().HEAPF32.set(tensor.data, address / 4);
  });
}

function makeConstant(config: Config): Initializer {
  let { value } = config;
  if (value !== null && typeof value === 'object' && (value as Config).class_name === '__numpy__') {
    value = ((value as Config).config as Config).value;
  }
  if (Array.isArray(value) || value instanceof Tensor) return fromArray(value as TensorLike);
  const number = checkNumber('Constant', 'value', value);
  return makeInitializer('Constant', config, (address, _, count) => set(address, count, number));
}

function fillIdentity(gain: number, address: number, shape: readonly number[], count: number): void {
  if (shape.length !== 2) {
    throw new ShapeError(
      `Identity matrix initializer can only be used for 2D matrices. Received: shape=${showShape(shape)} of rank ${shape.length}.`,
    );
  }
  set(address, count, 0);
  const [rows, columns] = shape as [number, number];
  const heap = kernels().HEAPF32;
  for (let index = 0; index < Math.min(rows, columns); index += 1) heap[address / 4 + index * (columns + 1)] = gain;
}

/** Every initializer, with its arguments in the order in which Keras writes them. */
export const KINDS: readonly Kind<Initializer>[] = [
  constant('Zeros', 0, ['zero']),
  constant('Ones', 1, ['one']),
  { className: 'Constant', defaults: { value: 0 }, make: makeConstant },
  {
    className: 'Identity',
    aliases: ['IdentityInitializer'],
    defaults: { gain: 1 },
    make(config) {
      const gain = checkNumber('Identity', 'gain', config.gain);
      return makeInitializer('Identity', config, (...place) => fillIdentity(gain, ...place));
    },
  },
  random(
    'RandomNormal',
    { mean: 0, stddev: 0.05 },
    (config, low, high, address, _, count) =>
      kernels().randomNormal(address, count, config.mean as number, config.stddev as number, low, high),
    ['normal'],
    numbers('RandomNormal', 'mean', 'stddev'),
  ),
  random(
    'TruncatedNormal',
    { mean: 0, stddev: 0.05 },
    (config, low, high, address, _, count) =>
      kernels().truncatedNormal(address, count, config.mean as number, config.stddev as number, low, high),
    [],
    numbers('TruncatedNormal', 'mean', 'stddev'),
  ),
  random(
    'RandomUniform',
    { minval: -0.05, maxval: 0.05 },
    (config, low, high, address, _, count) =>
      kernels().randomUniform(address, count, config.minval as number, config.maxval as number, low, high),
    ['uniform'],
    numbers('RandomUniform', 'minval', 'maxval'),
  ),
  random(
    'VarianceScaling',
    { scale: 1, mode: 'fan_in', distribution: 'truncated_normal', input_axes: null, output_axes: null },
    (config, ...rest) =>
      fillScaled(config.scale as number, config.mode as string, config.distribution as string, axesOf(config), ...rest),
    [],
    checkScaling,
  ),
  scaled('GlorotUniform', 1, 'fan_avg', 'uniform'),
  scaled('GlorotNormal', 1, 'fan_avg', 'truncated_normal'),
  scaled('HeUniform', 2, 'fan_in', 'uniform'),
  scaled('HeNormal', 2, 'fan_in', 'truncated_normal'),
  scaled('LecunUniform', 1, 'fan_in', 'uniform'),
  scaled('LecunNormal', 1, 'fan_in', 'truncated_normal'),
  random(
    'Orthogonal',
    { gain: 1 },
    (config, low, high, address, shape) => fillOrthogonal(config.gain as number, low, high, address, shape),
    ['OrthogonalInitializer'],
    numbers('Orthogonal', 'gain'),
  ),
];
