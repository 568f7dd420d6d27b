import type { Config, Member } from '../family.js';
import { automaticName } from '../layers/names.js';
import { borrow } from '../runtime/borrow.js';
import { checkNumber, checkOptions, show, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { aligned, Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { get as getSchedule, isSchedule, type Schedule, type ScheduleFunction, serialize } from '../schedules.js';
import { findRuns, type Place, type Run, SEGMENT_BYTES } from './runs.js';
import { COMMON, checkConfig, type OptimizerSpec, type Part } from './table.js';

/** One variable of an optimizer's state. */
export interface OptimizerVariable {
  readonly name: string;
  readonly path: string;
  readonly shape: readonly number[];
  read(): Tensor;
  write(value: TensorLike): void;
}

// A number of the state, held here in float64.
function scalar(name: string, path: string, get: () => number, set: (value: number) => void): OptimizerVariable {
  return {
    name,
    path,
    shape: [],
    read: () => new Tensor(Float32Array.of(get()), []),
    write(value) {
      const { data, shape } = toTensor(value, `variable '${path}'`);
      if (shape.length > 0) throw new ShapeError(`variable '${path}' is a number, received shape ${showShape(shape)}`);
      set(data[0] as number);
    },
  };
}

/**
 * Changes weights by gradients.
 * @see https://keras.io/api/optimizers/
 */
export class Optimizer implements Member {
  /** Keras' class name. */
  readonly className: string;
  /** Name of the object: prefix of its variables. */
  readonly name: string;
  /** Calls of `apply` so far, those that only accumulate gradients included. */
  rawIterations = 0;
  readonly #config: Config;
  readonly #spec: OptimizerSpec;
  readonly #parts: Part[];
  #rate: number | ScheduleFunction;
  #product = 1;
  #block: Block | null = null;
  #places: Place[] = [];
  #variables: OptimizerVariable[];
  // Byte offsets into the block; null where there is none.
  #averages: number | null = null;
  #accumulators: number | null = null;
  #slots: (number | null)[] = [];
  #table = 0;
  #workspace = 0;
  #size = 0;
  #excluded: { variables: readonly Weight[]; names: RegExp | null } = { variables: [], names: null };
  #runs: Run[] = [];
  #runsOf: number[] = [];

  /** @internal */
  constructor(spec: OptimizerSpec, config: Config) {
    const { className } = spec;
    this.className = className;
    checkConfig(className, config, { ...COMMON, ...spec.own });
    this.name = config.name === null ? automaticName(className) : String(config.name);
    this.#config = config;
    this.#spec = spec;
    this.#parts = spec.parts(config);
    this.#rate = this.#readRate(config.learning_rate);
    this.#variables = this.#scalars();
  }

  #readRate(value: unknown): number | ScheduleFunction {
    if (isSchedule(value)) return getSchedule(value);
    if (typeof value === 'number') return checkNumber(this.className, 'learningRate', value);
    throw new ArgumentError(
      `${this.className}: Argument \`learning_rate\` should be float, or an instance of LearningRateSchedule, or a callable ` +
        '(that takes in the current iteration value and returns the corresponding learning rate value). ' +
        `Received instead: learning_rate=${typeof value === 'string' ? value : show(value)}`,
    );
  }

  #scalars(): OptimizerVariable[] {
    const iteration = scalar(
      'iteration',
      `${this.name}/iteration`,
      () => this.rawIterations,
      (value) => {
        this.rawIterations = value;
      },
    );
    if (typeof this.#rate !== 'number') return [iteration];
    const path = `${this.name}/learning_rate`;
    return [
      iteration,
      scalar(
        'learning_rate',
        path,
        () => this.learningRate,
        (value) => {
          this.#rate = value;
        },
      ),
    ];
  }

  /** The arguments, in Keras' order and spelling; the rate as float32 holds it. */
  getConfig(): Config {
    const rate = this.#rate;
    if (typeof rate === 'function' && !('getConfig' in rate)) {
      throw new ArgumentError(`${this.className}: a learning rate that is a function cannot be written`);
    }
    const learningRate = typeof rate === 'number' ? Math.fround(rate) : serialize(rate as Schedule);
    return { ...this.#config, name: this.name, learning_rate: learningRate };
  }

  /** Updates so far. */
  get iterations(): number {
    return Math.floor(this.rawIterations / ((this.#config.gradient_accumulation_steps as number | null) ?? 1));
  }

  /** The rate of the next update, as float32 holds it. */
  get learningRate(): number {
    return Math.fround(typeof this.#rate === 'number' ? this.#rate : this.#rate(this.rawIterations));
  }

  /** @throws {ArgumentError} for a number where the optimizer was made with a schedule. */
  set learningRate(value: number | ScheduleFunction) {
    const rate = this.#readRate(value);
    if (typeof rate === 'number' && typeof this.#rate !== 'number') {
      throw new ArgumentError(
        `${this.className}: This optimizer was created with a \`LearningRateSchedule\` object as its \`learning_rate\` ` +
          'constructor argument, hence its learning rate is not settable. If you need the learning rate to be settable, ' +
          'you should instantiate the optimizer with a float `learning_rate` argument.',
      );
    }
    if (typeof rate !== typeof this.#rate)
      this.#variables = this.#variables.filter(({ name }) => name !== 'learning_rate');
    this.#rate = rate;
  }

  /** Factor that losses are multiplied by before gradients are taken, or null. */
  get lossScaleFactor(): number | null {
    return this.#config.loss_scale_factor as number | null;
  }

  /** Whether `build` was called. */
  get built(): boolean {
    return this.#block !== null;
  }

  /** The state, in Keras' order: the iteration, the learning rate, averages, accumulators, slots. */
  get variables(): readonly OptimizerVariable[] {
    return this.#variables;
  }

  /** Makes the state for these weights, all zeros or as the optimizer has it. A second call does nothing. */
  build(variables: readonly Weight[]): void {
    if (this.built) return;
    const list = Array.from(variables);
    const wrong = list.find((each) => !(each instanceof Weight));
    if (wrong !== undefined) {
      throw new ArgumentError(`${this.className}: \`variables\` must be weights, received ${show(wrong)}`);
    }
    let size = 0;
    const places = list.map((variable) => {
      const part = this.#parts.findIndex(({ takes }) => takes?.(variable) ?? true);
      const place = { variable, offset: size, part, decays: this.#decays(variable) };
      size += aligned(4 * variable.size) / 4;
      return place;
    });
    const groups = this.#spec.slots(this.#config);
    const slots = groups.flat();
    const arrays = slots.length + (this.#config.use_ema ? 1 : 0) + (this.#config.gradient_accumulation_steps ? 1 : 0);
    const table = aligned(SEGMENT_BYTES * Math.max(1, list.length));
    const workspaces = places.map(({ variable: { shape }, part }) =>
      this.#parts[part]?.kernel === 'muon'
        ? 4 * kernels()._muon_workspace_size(shape[0] as number, shape[1] as number)
        : 0,
    );
    const fixed = 4 * size * arrays + table;
    const block = new Block(fixed + Math.max(0, ...workspaces), `optimizer '${this.name}'`);
    kernels().HEAPU8.fill(0, block.address, block.address + block.bytes);
    this.#block = block;
    this.#places = places;
    this.#size = size;
    this.#table = 4 * size * arrays;
    this.#workspace = fixed;
    this.#slots = [null, null, null];
    let next = 0;
    const take = (): number => {
      next += 4 * size;
      return next - 4 * size;
    };
    const add = (place: Place, start: number, name: string, initial = 0): void => {
      const { variable } = place;
      const isFactor = this.className === 'Adafactor' && name !== 'velocity';
      const { shape } = variable;
      const own = !isFactor
        ? shape
        : shape.length < 2
          ? []
          : name === 'r'
            ? shape.slice(0, -1)
            : [...shape.slice(0, -2), shape.at(-1) as number];
      const full = isFactor ? variable.name : `${variable.path.replaceAll('/', '_')}_${name}`;
      const weight = new Weight({
        name: full,
        path: `${this.name}/${full}`,
        shape: own,
        trainable: false,
        regularizer: null,
        constraint: null,
      });
      weight.place(block, start + 4 * place.offset);
      if (initial !== 0) kernels().HEAPF32.fill(initial, weight.address / 4, weight.address / 4 + weight.size);
      this.#variables.push(weight);
    };
    if (this.#config.use_ema) {
      this.#averages = take();
      for (const place of places) add(place, this.#averages, 'average');
    }
    if (this.#config.gradient_accumulation_steps) {
      this.#accumulators = take();
      for (const place of places) add(place, this.#accumulators, 'gradient_accumulator');
    }
    for (const group of groups) {
      const starts = group.map(({ index }) => {
        const start = take();
        this.#slots[index] = start;
        return start;
      });
      for (const place of places) {
        group.forEach(({ name, initial }, index) => {
          if (!this.#parts[place.part]?.without?.includes(name)) add(place, starts[index] as number, name, initial);
        });
      }
    }
    if (this.className === 'Nadam') {
      this.#variables.push(
        scalar(
          'variable',
          'variable',
          () => this.#product,
          (value) => {
            this.#product = value;
          },
        ),
      );
    }
  }

  /**
   * Leaves weights out of weight decay; replaces what was left out before.
   * @param options `variables`, and `names`: regular expressions that are looked for in the weights' names.
   */
  excludeFromWeightDecay(options: { variables?: readonly Weight[]; names?: readonly string[] }): void {
    const { variables = [], names = [] } = checkOptions('excludeFromWeightDecay', options, ['variables', 'names']);
    this.#excluded = { variables: [...variables], names: names.length > 0 ? new RegExp(names.join('|')) : null };
    for (const place of this.#places) place.decays = this.#decays(place.variable);
    this.#runsOf = [];
  }

  #decays(variable: Weight): boolean {
    return !this.#excluded.variables.includes(variable) && !this.#excluded.names?.test(variable.name);
  }

  #indexOf(variable: Weight): number {
    const index = this.#places.findIndex((place) => place.variable === variable);
    if (index >= 0) return index;
    throw new ArgumentError(
      `${this.className}: Unknown variable: ${variable?.path}. This optimizer can only be called for the variables it was ` +
        'originally built with. When working with a new set of variables, you should recreate a new optimizer instance.',
    );
  }

  /**
   * One update.
   * @param gradients One per variable, of its shape; null for none: the variable stays as it is.
   * @param variables Default: those that the optimizer was built with.
   * @throws {ArgumentError} {ShapeError} if something does not fit; nothing is changed then.
   */
  apply(gradients: readonly (TensorLike | null)[], variables?: readonly Weight[]): void {
    if (gradients.length === 0) return;
    if (variables === undefined && !this.built) {
      throw new ArgumentError(
        `${this.className}: When passing \`grads\` without \`variables\`, the optimizer must already be built on a list of ` +
          'variables. Call `optimizer.build(trainable_variables)` first.',
      );
    }
    const list = variables ?? this.#places.map(({ variable }) => variable);
    if (gradients.length !== list.length) {
      throw new ArgumentError(
        `${this.className}: the gradients must match the variables one to one. Received a list of ${gradients.length} ` +
          `gradients for ${list.length} variables.`,
      );
    }
    const tensors = gradients.map((gradient, index) => {
      const what = `${this.className}: gradients[${index}]`;
      return gradient === null ? null : (list[index] as Weight).check(gradient, what, '');
    });
    if (tensors.every((tensor) => tensor === null)) throw this.#noGradients();
    this.build(list);
    const of = list.map((variable) => this.#indexOf(variable));
    borrow(4 * this.#size, `${this.className}: gradients`, (start) => {
      const addresses = this.#places.map(() => 0);
      tensors.forEach((tensor, index) => {
        if (tensor === null) return;
        const { offset } = this.#places[of[index] as number] as Place;
        addresses[of[index] as number] = start + 4 * offset;
        kernels().HEAPF32.set(tensor.data, start / 4 + offset);
      });
      this.step(addresses);
    });
  }

  #noGradients(): ArgumentError {
    return new ArgumentError(`${this.className}: No gradients provided for any variable.`);
  }

  /**
   * @internal One update. The gradients may be changed.
   * @param gradients Addresses, in the order of the variables that the optimizer was built with; 0 for none. As long as
   *   neither they nor the weights move nothing is allocated, and blocks of one layout are one call of the kernel.
   */
  step(gradients: readonly number[]): void {
    if (gradients.every((gradient) => gradient === 0)) throw this.#noGradients();
    const { loss_scale_factor: scale, gradient_accumulation_steps: steps, use_ema: useEma } = this.#config;
    const core = kernels();
    const base = (this.#block as Block).address;
    const accumulated = base + (this.#accumulators ?? 0);
    const places = this.#places;
    const isUpdate = steps === null || (this.rawIterations + 1) % (steps as number) === 0;
    for (let index = 0; index < places.length; index += 1) {
      const gradient = gradients[index] as number;
      if (gradient === 0) continue;
      const { variable, offset } = places[index] as Place;
      if (scale !== null) blend(gradient, gradient, variable.size, 1 / (scale as number), 0);
      if (steps === null) continue;
      const [to, from] = isUpdate ? [gradient, accumulated + 4 * offset] : [accumulated + 4 * offset, gradient];
      const factor = isUpdate ? 1 / (steps as number) : 1;
      blend(to, from, variable.size, factor, factor);
    }
    if (isUpdate) {
      if (steps !== null) core.HEAPF32.fill(0, accumulated / 4, accumulated / 4 + this.#size);
      this.#clip(gradients);
      this.#update(gradients, base);
    }
    if (useEma) this.#average(base);
    for (let index = 0; index < places.length; index += 1) {
      const { variable } = places[index] as Place;
      if (gradients[index] !== 0) variable.constraint?.apply(variable.address, variable.shape);
      variable.version += 1;
    }
    this.rawIterations += 1;
  }

  #update(gradients: readonly number[], base: number): void {
    const core = kernels();
    this.#findRuns(gradients, base);
    const rate = this.learningRate;
    const step = this.iterations + 1;
    const isNadam = this.className === 'Nadam';
    if (isNadam) {
      const beta = Math.fround((this.#parts[0] as Part).parameters[0] as number);
      this.#product = Math.fround(this.#product * beta * (1 - 0.5 * 0.96 ** step));
    }
    const slots = this.#slots;
    for (let index = 0; index < this.#runs.length; index += 1) {
      const run = this.#runs[index] as Run;
      const { kernel, parameters, rate: factor, weightDecay } = this.#parts[run.part] as Part;
      core._optimizer_step(
        run.weights,
        run.gradients,
        typeof slots[0] === 'number' ? base + slots[0] + run.slots : 0,
        typeof slots[1] === 'number' ? base + slots[1] + run.slots : 0,
        typeof slots[2] === 'number' ? base + slots[2] + run.slots : 0,
        base + this.#workspace,
        run.segments,
        run.count,
        optimizerCode(kernel),
        rate * factor,
        weightDecay * rate,
        step,
        parameters[0] ?? 0,
        parameters[1] ?? 0,
        parameters[2] ?? 0,
        isNadam ? this.#product : (parameters[3] ?? 0),
        parameters[4] ?? 0,
        parameters[5] ?? 0,
        parameters[6] ?? 0,
      );
    }
  }

  // The runs of the last step, unless something has moved.
  #findRuns(gradients: readonly number[], base: number): void {
    let same = this.#runsOf.length === 2 * gradients.length;
    for (let index = 0; same && index < gradients.length; index += 1) {
      const place = this.#places[index] as Place;
      same = this.#runsOf[2 * index] === gradients[index] && this.#runsOf[2 * index + 1] === place.variable.address;
    }
    if (same) return;
    this.#runs = findRuns(this.#places, gradients, base + this.#table, (part) => {
      const { kernel } = this.#parts[part] as Part;
      return !['lamb', 'adafactor', 'muon'].includes(kernel);
    });
    this.#runsOf = this.#places.flatMap(({ variable }, index) => [gradients[index] as number, variable.address]);
  }

  #clip(gradients: readonly number[]): void {
    const { clipnorm, clipvalue, global_clipnorm: globally } = this.#config as Record<string, number | null>;
    const core = kernels();
    let all = 0;
    for (let index = 0; index < gradients.length; index += 1) {
      const gradient = gradients[index] as number;
      const { size } = (this.#places[index] as Place).variable;
      if (gradient === 0) continue;
      if (clipvalue && clipvalue > 0) blend(gradient, gradient, size, 1, 0, clipvalue);
      if (!(clipnorm && clipnorm > 0) && !(globally && globally > 0)) continue;
      const squares = core._sum_of_squares(gradient, size);
      all += squares;
      if (clipnorm) blend(gradient, gradient, size, clipnorm / Math.max(Math.sqrt(squares), clipnorm), 0);
    }
    if (!(globally && globally > 0)) return;
    const norm = Math.sqrt(all);
    const factor = globally * Math.min(1 / norm, 1 / globally) + (norm - norm);
    for (let index = 0; index < gradients.length; index += 1) {
      const gradient = gradients[index] as number;
      if (gradient !== 0) blend(gradient, gradient, (this.#places[index] as Place).variable.size, factor, 0);
    }
  }

  #average(base: number): void {
    const { ema_momentum: momentum, ema_overwrite_frequency: frequency } = this.#config as Record<
      string,
      number | null
    >;
    const keep = this.iterations === 0 ? 0 : (momentum as number);
    for (const { variable, offset } of this.#places) {
      blend(base + (this.#averages as number) + 4 * offset, variable.address, variable.size, keep, 1 - keep);
    }
    if (frequency && (this.iterations + 1) % frequency === 0) this.#overwrite(this.#places);
  }

  #overwrite(places: readonly Place[]): void {
    const start = (this.#block as Block).address + (this.#averages as number);
    for (const { variable, offset } of places) {
      const from = start / 4 + offset;
      kernels().HEAPF32.copyWithin(variable.address / 4, from, from + variable.size);
      variable.version += 1;
    }
  }

  /** Gradients as they are after clipping; null stays. @throws {ShapeError} {ArgumentError} if one is no data. */
  clipGradients(gradients: readonly (TensorLike | null)[]): (Tensor | null)[] {
    const { clipnorm, clipvalue, global_clipnorm: globally } = this.#config as Record<string, number | null>;
    const tensors = gradients.map((each, index) =>
      each === null ? null : toTensor(each, `${this.className}: gradients[${index}]`),
    );
    const norm = (list: readonly (Tensor | null)[]) =>
      Math.sqrt(
        list.reduce((sum, each) => (each?.data ?? new Float32Array(0)).reduce((all, x) => all + x * x, sum), 0),
      );
    const all = globally ? norm(tensors) : 0;
    return tensors.map((tensor) => {
      if (tensor === null) return null;
      let change = (x: number): number => x;
      if (clipnorm && clipnorm > 0) {
        const factor = clipnorm / Math.max(norm([tensor]), clipnorm);
        change = (x) => x * factor;
      } else if (globally && globally > 0) {
        const factor = globally * Math.min(1 / all, 1 / globally) + (all - all);
        change = (x) => x * factor;
      } else if (clipvalue && clipvalue > 0) {
        change = (x) => Math.min(Math.max(x, -clipvalue), clipvalue);
      }
      return new Tensor(tensor.data.map(change), tensor.shape);
    });
  }

  /** Overwrites weights with their moving averages, if the optimizer keeps some: what `fit` does at its end. */
  finalizeVariableValues(variables: readonly Weight[]): void {
    if (!this.#config.use_ema || !this.built) return;
    this.#overwrite(variables.map((variable) => this.#places[this.#indexOf(variable)] as Place));
  }

  /** Frees the state; the optimizer can be built again, and begins anew. */
  dispose(): void {
    this.#block?.free();
    this.#block = null;
    this.#places = [];
    this.#runsOf = [];
    this.#averages = null;
    this.#accumulators = null;
    this.rawIterations = 0;
    this.#product = 1;
    this.#variables = this.#scalars();
  }

  /** The same as `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

function optimizerCode(kernel: string): number {
  return (kernels() as unknown as Record<string, number>)[`optimizer_${kernel}`] as number;
}

/** to = to · a + from · b, clipped to [-limit, limit]. */
function blend(to: number, from: number, count: number, a: number, b: number, limit = Number.POSITIVE_INFINITY): void {
  kernels()._blend(to, from, count, a, b, limit);
}
