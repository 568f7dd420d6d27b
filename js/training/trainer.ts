import type { CallbackModel } from '../callbacks/model.js';
import type { Inspection } from '../layers/call.js';
import { Embedding } from '../layers/embedding.js';
import { flattenLayers } from '../layers/flattened.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { OptimizerState } from '../optimizers/state.js';
import { Room } from '../runtime/borrow.js';
import { show, showShape } from '../runtime/check.js';
import { ArgumentError, BusyError, NonFiniteError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import { trapped } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import type { Compiled, OutputSpec } from './compiled.js';
import type { Batch } from './data.js';
import { FlatWeights, GradientRoom } from './flat.js';
import { Pass, type PassKind } from './pass.js';
import { Scores } from './scores.js';

/** A model, as far as training knows it. */
export interface TrainedModel extends Layer {
  readonly outputNames: readonly string[];
  stopTraining: boolean;
}

/** What becomes of a loss that is NaN or infinite. */
export type NonFinite = 'throw' | 'warn' | 'ignore';

/** How a training step is carried out. */
export interface StepOptions {
  nonFinite: NonFinite;
  truncate: number;
}

const KEPT_PASSES = 6;

/** Trains and judges one model as it was compiled. */
export class Trainer {
  readonly compiled: Compiled;
  readonly scores: Scores;
  readonly specs: readonly OutputSpec[];
  readonly #model: TrainedModel;
  readonly #owner: string;
  readonly #arena: Arena;
  readonly #room = new Room();
  #passes: Pass[] = [];
  #flat: FlatWeights | null = null;
  #addresses: number[] = [];
  #squares: number[] = [];
  #stateful: readonly RNN[] = [];
  #previous: Trainer | null;
  #warned = false;
  #warnedUnreached = false;
  #isComputing = false;

  /**
   * @param model Built.
   * @param previous Of an earlier `compile`, released: its room goes when the weights have moved.
   * @throws {ArgumentError} if losses or metrics do not go with the outputs.
   */
  constructor(model: TrainedModel, compiled: Compiled, previous: Trainer | null) {
    // One that never trained has no room to give up.
    this.#previous = previous !== null && previous.#flat === null ? previous.#previous : previous;
    this.#model = model;
    this.#owner = model.owner;
    this.compiled = compiled;
    this.specs = compiled.outputs(model.outputNames);
    this.scores = new Scores(this.specs);
    this.#arena = new Arena(`${this.#owner}: fit`);
  }

  get optimizer(): Optimizer {
    return this.compiled.optimizer;
  }

  /** The trained weights in one block; takes them there, and builds the optimizer, at first use. */
  private get flat(): FlatWeights {
    if (this.#flat === null) {
      const { optimizer } = this;
      const weights = optimizer.built ? optimizer.trained : this.#model.trainableWeights;
      this.checkKnown(weights);
      if (!optimizer.built) optimizer.build(weights);
      const rule = optimizer.lookups;
      this.#flat = new FlatWeights(this.#owner, weights, rule === null ? [] : tablesOf(this.#model), rule);
      for (const layer of flattenLayers(this.#model)) layer.releaseRoom();
      this.leavePrevious(false);
      if (weights.length === 0) console.warn(`${this.#owner}: The model does not have any trainable weights.`);
    }
    return this.#flat;
  }

  private leavePrevious(isForced: boolean): void {
    const previous = this.#previous;
    if (previous === null) return;
    previous.leavePrevious(isForced);
    if (previous.#flat?.leave(isForced)) previous.#flat = null;
    // Weights that are frozen now stay where they were.
    if (previous.#flat === null) this.#previous = previous.#previous;
  }

  private checkKnown(weights: readonly Weight[]): void {
    const unknown = this.#model.trainableWeights.find((weight) => !weights.includes(weight));
    if (unknown === undefined) return;
    throw new ArgumentError(
      `${this.#owner}: weight '${unknown.path}' is trainable, but the optimizer does not know it: call compile() again`,
    );
  }

  /** Gets everything ready to be trained. @throws {ArgumentError} if a weight was added or thawed since `compile`. */
  prepare(): void {
    const { weights, gradients } = this.flat;
    this.checkKnown(weights);
    // One that was disposed meanwhile begins anew.
    this.optimizer.build(weights);
    // A weight that was frozen meanwhile is left alone.
    this.#addresses = weights.map((weight, index) => (weight.trainable ? (gradients[index] as number) : 0));
    this.#squares = weights.map((weight) => this.flat.squaresOf(weight));
    this.#stateful = flattenLayers(this.#model).filter((layer) => layer instanceof RNN && layer.stateful) as RNN[];
  }

  /** Takes an optimizer's variables from a file. A count that differs is warned of, as in Keras. */
  restore({ variables }: OptimizerState): void {
    void this.flat;
    const all = this.optimizer.variables;
    // Keras 2 wrote no learning rate among them: that of the configuration stays.
    const own = all.length === variables.length + 1 ? all.filter(({ name }) => name !== 'learning_rate') : all;
    const fits =
      own.length === variables.length &&
      own.every(({ shape }, index) => showShape(shape) === showShape(variables[index]?.shape ?? []));
    if (!fits) {
      console.warn(
        `Skipping variable loading for optimizer '${this.optimizer.name}', because it has ${all.length} variables whereas ` +
          `the saved optimizer has ${variables.length} variables.`,
      );
      return;
    }
    own.forEach((variable, index) => {
      const { data, shape } = variables[index] as OptimizerState['variables'][number];
      variable.write(new Tensor(Float32Array.from(data), shape));
    });
  }

  private passFor(batch: Batch, kind: PassKind): Pass {
    const known = this.#passes.find((each) => each.isFor(batch, kind));
    if (known !== undefined && known === this.#passes[0]) return known;
    const given = { owner: this.#owner, model: this.#model, specs: this.specs, scores: this.scores };
    const pass = known ?? new Pass(given, this.#arena, batch, kind);
    const others = this.#passes.filter((each) => each !== pass).slice(0, KEPT_PASSES - 1);
    this.#passes = [pass, ...others];
    return pass;
  }

  /** @throws {BusyError} from within a step: layers of a user's own could ask for another. */
  checkIdle(): void {
    if (this.#isComputing)
      throw new BusyError(`${this.#owner} is computing: a layer of its own cannot train or change it`);
  }

  private computing<T>(run: () => T): T {
    this.checkIdle();
    this.#isComputing = true;
    try {
      return this.#room.serve(run);
    } catch (error) {
      throw trapped(error);
    } finally {
      this.#isComputing = false;
    }
  }

  /**
   * One step: forward, backward, update.
   * @returns the loss.
   * @throws {NonFiniteError} before anything has changed, if the loss or a gradient is NaN or infinite.
   */
  train(batch: Batch, { nonFinite, truncate }: StepOptions): number {
    return this.computing(() => {
      const { flat, optimizer } = this;
      const scale = optimizer.lossScaleFactor ?? 1;
      const pass = this.passFor(batch, { training: true, flat, truncate, scale, inspections: null });
      pass.put(batch);
      const loss = this.keepingStates(() => {
        const sum = pass.forward();
        if (!Number.isFinite(sum)) this.complain(pass, 'loss', sum, nonFinite);
        pass.backward();
        if (nonFinite === 'throw' && !flat.isFinite) this.complain(pass, 'gradient', Number.NaN, nonFinite);
        if (this.#addresses.some((address) => address !== 0)) optimizer.step(this.reached(pass), this.#squares);
        return sum;
      });
      this.count(pass, loss, batch);
      return loss;
    });
  }

  // The gradients' addresses, without those of weights that the loss does not depend on: Keras leaves these alone.
  private reached(pass: Pass): readonly number[] {
    const unreached = this.flat.weights.filter((weight) => weight.trainable && !pass.reaches(weight));
    if (unreached.length === 0) return this.#addresses;
    if (!this.#warnedUnreached) {
      const paths = show(unreached.map(({ path }) => path));
      console.warn(`${this.#owner}: Gradients do not exist for variables ${paths} when minimizing the loss.`);
    }
    this.#warnedUnreached = true;
    return this.#addresses.map((address, index) => (pass.reaches(this.flat.weights[index] as Weight) ? address : 0));
  }

  // An error leaves the states of stateful layers as they were.
  private keepingStates<T>(run: () => T): T {
    const kept = this.#stateful.map((layer) => layer.states);
    try {
      return run();
    } catch (error) {
      this.#stateful.forEach((layer, index) => {
        layer.resetStates(kept[index] as never);
      });
      throw error;
    }
  }

  /** Loss and metrics of a batch. @returns the loss. */
  test(batch: Batch): number {
    return this.computing(() => {
      const kind = { training: false, flat: null, truncate: 0, scale: 1, inspections: null };
      const pass = this.passFor(batch, kind);
      pass.put(batch);
      const loss = pass.forward();
      if (!Number.isFinite(loss)) pass.checkLabels();
      this.count(pass, loss, batch);
      return loss;
    });
  }

  /** Forward and backward without an update: fills what recurrent layers show. */
  inspect(batch: Batch, inspections: Inspection[]): void {
    this.computing(() => {
      const arena = new Arena(`${this.#owner}: inspect`);
      const flat = new GradientRoom(this.#owner, this.#model.trainableWeights);
      try {
        const given = { owner: this.#owner, model: this.#model, specs: this.specs, scores: this.scores };
        const pass = new Pass(given, arena, batch, { training: false, flat, truncate: 0, scale: 1, inspections });
        pass.put(batch);
        pass.forward();
        pass.backward();
      } finally {
        arena.free();
        flat.freeGradients();
      }
    });
  }

  private count(pass: Pass, loss: number, { size }: Batch): void {
    pass.score();
    this.scores.add(loss, pass.losses, size);
  }

  private complain(pass: Pass, what: string, value: number, nonFinite: NonFinite): void {
    if (nonFinite !== 'ignore') pass.checkLabels();
    const text = `${this.#owner}: the ${what} of a batch is ${what === 'loss' ? value : 'not finite'}`;
    if (nonFinite === 'throw') throw new NonFiniteError(`${text}: the weights are those of the batch before`);
    if (nonFinite === 'warn' && !this.#warned) console.warn(text);
    this.#warned = true;
  }

  /** Forgets what is laid out. */
  forgetLayout(): void {
    this.#passes = [];
    this.#arena.free();
  }

  /** Gives all memory up; the weights stay where they are. @param next The optimizer that is used from now on. */
  release(next: Optimizer | null): void {
    this.forgetLayout();
    this.#room.free();
    this.#flat?.freeGradients();
    if (this.compiled.ownsOptimizer && this.optimizer !== next) this.optimizer.dispose();
  }

  /** Gives all memory up with the model's. */
  free(): void {
    this.release(null);
    this.leavePrevious(true);
    this.#flat?.leave(true);
    this.#flat = null;
  }
}

// Tables of embeddings. A penalty reaches all rows: their gradients then are no longer those of lookups.
function tablesOf(model: TrainedModel): Weight[] {
  const tables = flattenLayers(model).flatMap((layer) => (layer instanceof Embedding ? layer.ownWeights : []));
  return [...new Set(tables)].filter(({ regularizer }) => regularizer === null);
}

/** What callbacks see of a model in training: it lets them change the weights. */
export function callbackModel(
  trainer: Trainer,
  model: TrainedModel,
  setWeights: CallbackModel['setWeights'],
): CallbackModel {
  const { optimizer, scores } = trainer;
  return {
    get stopTraining() {
      return model.stopTraining;
    },
    set stopTraining(value) {
      model.stopTraining = value;
    },
    initialEpoch: 0,
    optimizer: {
      get learningRate() {
        return optimizer.learningRate;
      },
      set learningRate(value) {
        optimizer.setRate(value, true);
      },
      getVariables: () => optimizer.variables.map((variable) => variable.read()),
      setVariables: (values) => {
        const count = optimizer.variables.length;
        if (values.length !== count) {
          throw new ArgumentError(
            `${optimizer.className}: setVariables: expected ${count} variables, received ${values.length}`,
          );
        }
        optimizer.variables.forEach((variable, index) => {
          variable.write(values[index] as Tensor);
        });
      },
    },
    getWeights: () => model.getWeights(),
    setWeights,
    metricDirection: (name) => scores.direction(name),
  };
}
