import type { Config, Member } from '../family.js';
import { automaticName } from '../layers/names.js';
import { borrow } from '../runtime/borrow.js';
import { checkNumber, checkOptions, show } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { get as getSchedule, isSchedule, type Schedule, type ScheduleFunction, serialize } from '../schedules.js';
import { blend, clip, scale as scaleGradient } from './clip.js';
import { findRuns, type Place, type Run } from './runs.js';
import { type LookupRule, lookupsFor, spreadSquares, squaresLookups } from './squares.js';
import { makeState, type OptimizerVariable, type State, scalar } from './state.js';
import { COMMON, checkConfig, type OptimizerSpec, type Part } from './table.js';

// Kernels that look at a weight as a whole.
const BY_WEIGHT = ['lamb', 'adafactor', 'muon'];

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
  #codes: number[] = [];
  #rate: number | ScheduleFunction;
  #product = 1;
  #state: State | null = null;
  #variables: OptimizerVariable[];
  #excluded: { variables: readonly Weight[]; names: readonly string[]; pattern: RegExp | null } | null = null;
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

  #readRate(value: unknown, isZeroFine = false): number | ScheduleFunction {
    if (isSchedule(value)) return getSchedule(value);
    if (typeof value === 'number') {
      if (checkNumber(this.className, 'learningRate', value) > 0 || (isZeroFine && value === 0)) return value;
      throw new ArgumentError(`${this.className}: \`learningRate\` must be greater than 0, received ${value}`);
    }
    throw new ArgumentError(
      `${this.className}: Argument \`learning_rate\` should be float, or an instance of LearningRateSchedule, or a callable ` +
        '(that takes in the current iteration value and returns the corresponding learning rate value). ' +
        `Received instead: learning_rate=${typeof value === 'string' ? value : show(value)}`,
    );
  }

  #scalars(): OptimizerVariable[] {
    const iteration = scalar(
      `${this.name}/iteration`,
      () => this.rawIterations,
      (value) => {
        this.rawIterations = value;
      },
    );
    if (typeof this.#rate !== 'number') return [iteration];
    const rate = scalar(
      `${this.name}/learning_rate`,
      () => this.learningRate,
      (value) => {
        this.#rate = value;
      },
    );
    return [iteration, rate];
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

  /** @throws {ArgumentError} for 0 or less, and for a number where the optimizer was made with a schedule. */
  set learningRate(value: number | ScheduleFunction) {
    this.setRate(value, false);
  }

  /** @internal As `learningRate`; to callbacks 0 is a rate too: of an epoch that changes nothing. */
  setRate(value: number | ScheduleFunction, isZeroFine: boolean): void {
    const rate = this.#readRate(value, isZeroFine);
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
    return this.#state !== null;
  }

  /** @internal The weights that it was built for. */
  get trained(): readonly Weight[] {
    return this.#places.map(({ variable }) => variable);
  }

  /** The state, in Keras' order: the iteration, the learning rate, averages, accumulators, slots. */
  get variables(): readonly OptimizerVariable[] {
    return this.#variables;
  }

  /** Makes the state for these weights, all zeros or as the optimizer has it. A second call does nothing. */
  build(variables: readonly Weight[]): void {
    if (this.built) return;
    const list = this.#checkWeights(variables);
    const groups = this.#spec.slots(this.#config);
    this.#codes = this.#parts.map(({ kernel }) => optimizerCode(kernel));
    this.#state = makeState(this, this.#config, this.#parts, groups, list, (weight) => this.#decays(weight));
    this.#variables.push(...this.#state.variables);
    if (this.className === 'Nadam') {
      const set = (value: number) => {
        this.#product = value;
      };
      this.#variables.push(scalar('variable', () => this.#product, set));
    }
  }

  #checkWeights(variables: readonly Weight[]): readonly Weight[] {
    if (Array.isArray(variables) && Array.from(variables).every((each) => each instanceof Weight)) return variables;
    throw new ArgumentError(
      `${this.className}: \`variables\` must be an array of weights, received ${show(variables)}`,
    );
  }

  get #places(): readonly Place[] {
    return this.#state?.places ?? [];
  }

  /**
   * Leaves weights out of weight decay; replaces what was left out before.
   * @param options `variables`, and `names`: regular expressions that are looked for in the weights' names.
   * @throws {ArgumentError} if they are something else.
   */
  excludeFromWeightDecay(options: { variables?: readonly Weight[]; names?: readonly string[] }): void {
    const owner = 'excludeFromWeightDecay';
    const given = checkOptions(owner, options, ['variables', 'names']);
    const [variables, names] = [given.variables ?? [], given.names ?? []];
    const pattern = readNames(owner, names);
    this.#excluded = { variables: [...this.#checkWeights(variables)], names: [...names], pattern };
    for (const place of this.#places) place.decays = this.#decays(place.variable);
    this.#runsOf = [];
  }

  /** @internal What is left out of weight decay; null before `excludeFromWeightDecay`. */
  get excluded(): { readonly variables: readonly Weight[]; readonly names: readonly string[] } | null {
    return this.#excluded;
  }

  #decays(variable: Weight): boolean {
    return !this.#excluded?.variables.includes(variable) && !this.#excluded?.pattern?.test(variable.name);
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
    if (!Array.isArray(gradients)) {
      throw new ArgumentError(`${this.className}: \`gradients\` must be an array, received ${show(gradients)}`);
    }
    if (gradients.length === 0) return;
    if (variables === undefined && !this.built) {
      throw new ArgumentError(
        `${this.className}: When passing \`grads\` without \`variables\`, the optimizer must already be built on a list of ` +
          'variables. Call `optimizer.build(trainable_variables)` first.',
      );
    }
    const list = variables === undefined ? this.#places.map(({ variable }) => variable) : this.#checkWeights(variables);
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
    borrow(4 * (this.#state as State).length, `${this.className}: gradients`, (start) => {
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
   * @param squares Of tables: addresses of Σ g² over the single lookups, and of Σ |g| behind them; 0 for the others.
   *   Keras' TensorFlow backend squares the gradient of each lookup by itself.
   */
  step(gradients: readonly number[], squares: readonly number[] = []): void {
    if (gradients.every((gradient) => gradient === 0)) throw this.#noGradients();
    const rate = this.learningRate;
    if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY)) {
      throw new ArgumentError(
        `${this.className}: the learning rate's schedule gives ${rate} for step ${this.rawIterations}`,
      );
    }
    const state = this.#state;
    if (state === null) throw new DisposedError(`${this.className}: the optimizer was disposed during a training`);
    const { places, sizes } = state;
    const { loss_scale_factor: scale, gradient_accumulation_steps: steps } = this.#config as Record<
      string,
      number | null
    >;
    const isUpdate = !steps || (this.rawIterations + 1) % steps === 0;
    const accumulators = state.block.address + state.accumulators;
    for (let index = 0; index < places.length; index += 1) {
      const gradient = gradients[index] as number;
      if (gradient === 0) continue;
      const size = sizes[index] as number;
      if (scale) scaleGradient(gradient, squares[index] ?? 0, size, 1 / scale);
      if (!steps) continue;
      const sum = accumulators + 4 * (places[index] as Place).offset;
      if (isUpdate) blend(gradient, sum, size, 1 / steps, 1 / steps);
      else blend(sum, gradient, size, 1, 1);
    }
    if (isUpdate) {
      if (steps) kernels().HEAPF32.fill(0, accumulators / 4, accumulators / 4 + state.length);
      clip(this.#config, gradients, sizes, squares);
      // What is clipped by the norm of all has become one gradient, in Keras too.
      const lookups = this.#config.global_clipnorm ? [] : squares;
      spreadSquares(this.#parts, gradients, lookups, state);
      this.#update(gradients, lookups, state);
    }
    if (state.averages >= 0) this.#average(state);
    for (let index = 0; index < places.length; index += 1) {
      const { variable } = places[index] as Place;
      if (gradients[index] !== 0) variable.constraint?.apply(variable.address, variable.shape);
      variable.version += 1;
    }
    this.rawIterations += 1;
  }

  #update(gradients: readonly number[], lookups: readonly number[], state: State): void {
    this.#findRuns(gradients, lookups, state);
    const { address } = state.block;
    const rate = this.learningRate;
    const step = this.iterations + 1;
    const isNadam = this.className === 'Nadam';
    if (isNadam) {
      const beta = Math.fround((this.#parts[0] as Part).parameters[0] as number);
      this.#product = Math.fround(this.#product * beta * (1 - 0.5 * 0.96 ** step));
    }
    const [first, second, third] = state.slots;
    for (const run of this.#runs) {
      const { kernel, parameters, rate: factor, weightDecay } = this.#parts[run.part] as Part;
      const start = address + run.slots;
      kernels()._optimizer_step(
        run.weights,
        run.gradients,
        first < 0 ? 0 : start + first,
        second < 0 ? 0 : start + second,
        third < 0 ? run.lookups : start + third,
        kernel === 'adafactor' ? run.lookups : address + state.workspace,
        run.segments,
        run.count,
        this.#codes[run.part] as number,
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

  /** @internal How single lookups in tables are summed up for it; null if the sum of their gradients is all it takes. */
  get lookups(): LookupRule | null {
    const { clipnorm, global_clipnorm: norm, clipvalue, gradient_accumulation_steps: steps } = this.#config;
    if (steps || !(this.#parts.some(squaresLookups) || clipnorm || norm || clipvalue)) return null;
    const limit = clipnorm || norm ? 0 : clipvalue;
    return { limit: (limit as number) || Number.POSITIVE_INFINITY, hasSizes: this.className === 'Adamax' };
  }

  // The runs of the last step, unless something has moved.
  #findRuns(gradients: readonly number[], lookups: readonly number[], { places, block, segments }: State): void {
    let same = this.#runsOf.length === 3 * gradients.length;
    for (let index = 0; same && index < gradients.length; index += 1) {
      const { address } = (places[index] as Place).variable;
      same =
        this.#runsOf[3 * index] === gradients[index] &&
        this.#runsOf[3 * index + 1] === address &&
        this.#runsOf[3 * index + 2] === (lookups[index] ?? 0);
    }
    if (same) return;
    const joins = (part: number) => !BY_WEIGHT.includes((this.#parts[part] as Part).kernel);
    const lookupsOf = (index: number) => {
      const { part } = places[index] as Place;
      return lookupsFor(this.#parts[part] as Part, lookups[index] ?? 0);
    };
    this.#runs = findRuns(places, gradients, block.address + segments, joins, lookupsOf);
    this.#runsOf = places.flatMap(({ variable }, index) => [
      gradients[index] as number,
      variable.address,
      lookups[index] ?? 0,
    ]);
  }

  #average({ block, averages, places }: State): void {
    const { ema_momentum: momentum, ema_overwrite_frequency: frequency } = this.#config as Record<
      string,
      number | null
    >;
    const keep = this.iterations === 0 ? 0 : (momentum as number);
    for (const { variable, offset } of places) {
      blend(block.address + averages + 4 * offset, variable.address, variable.size, keep, 1 - keep);
    }
    if (frequency && (this.iterations + 1) % frequency === 0) this.#overwrite(places);
  }

  #overwrite(places: readonly Place[]): void {
    const { block, averages } = this.#state as State;
    for (const { variable, offset } of places) {
      const from = (block.address + averages) / 4 + offset;
      kernels().HEAPF32.copyWithin(variable.address / 4, from, from + variable.size);
      variable.version += 1;
    }
  }

  /** Gradients as they are after clipping; null stays. @throws {ShapeError} {ArgumentError} if one is no data. */
  clipGradients(gradients: readonly (TensorLike | null)[]): (Tensor | null)[] {
    const owner = `${this.className}: gradients`;
    const tensors = gradients.map((each, index) => (each === null ? null : toTensor(each, `${owner}[${index}]`)));
    const sizes = tensors.map((tensor) => tensor?.data.length ?? 0);
    const total = sizes.reduce((sum, size) => sum + aligned(4 * size), 0);
    return borrow(total, owner, (start) => {
      let next = start;
      const addresses = tensors.map((tensor, index) => {
        if (tensor === null) return 0;
        const address = next;
        kernels().HEAPF32.set(tensor.data, address / 4);
        next += aligned(4 * (sizes[index] as number));
        return address;
      });
      clip(this.#config, addresses, sizes);
      return tensors.map((tensor, index) => {
        const from = (addresses[index] as number) / 4;
        return tensor && new Tensor(kernels().HEAPF32.slice(from, from + (sizes[index] as number)), tensor.shape);
      });
    });
  }

  /** Overwrites weights with their moving averages, if the optimizer keeps some: what `fit` does at its end. */
  finalizeVariableValues(variables: readonly Weight[]): void {
    if (!this.#config.use_ema || !this.built) return;
    this.#overwrite(variables.map((variable) => this.#places[this.#indexOf(variable)] as Place));
  }

  /** Frees the state; the optimizer can be built again, and begins anew. */
  dispose(): void {
    this.#state?.block.free();
    this.#state = null;
    this.#runsOf = [];
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

// One expression for all of them; null for none.
function readNames(owner: string, names: readonly string[]): RegExp | null {
  if (!Array.isArray(names) || !Array.from(names).every((name) => typeof name === 'string')) {
    throw new ArgumentError(`${owner}: \`names\` must be an array of strings, received ${show(names)}`);
  }
  try {
    return names.length > 0 ? new RegExp(names.join('|')) : null;
  } catch {
    throw new ArgumentError(`${owner}: \`names\` are no regular expressions: ${show(names)}`);
  }
}
