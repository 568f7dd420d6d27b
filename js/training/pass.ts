import { type Backward, Gradients, type GradientTarget } from '../layers/backward.js';
import { type Call, type CallContext, type Inspection, type Span, sizeOf, takeSpan } from '../layers/call.js';
import type { Layer } from '../layers/layer.js';
import { resolveLoss } from '../losses/resolve.js';
import { isSame, type Sizes } from '../losses/shapes.js';
import type { LossPlan } from '../losses.js';
import type { MetricPlan } from '../metrics.js';
import { ArgumentError, inArgument } from '../runtime/errors.js';
import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';
import type { OutputSpec } from './compiled.js';
import type { Batch, Rows } from './data.js';
import type { GradientRoom } from './flat.js';
import type { Scores } from './scores.js';
import { ValueMask, ValueWeights, type WeightSpan } from './weights.js';

/** What the passes of a model have in common. */
export interface PassGiven {
  owner: string;
  model: Layer;
  specs: readonly OutputSpec[];
  scores: Scores;
}

/** How a pass is carried out. */
export interface PassKind {
  /** Whether dropout is at work, and random. */
  training: boolean;
  /** Where the gradients go; null for a pass without a way back. */
  flat: GradientRoom | null;
  /** Steps after which back-propagation through time is cut; 0: never. */
  truncate: number;
  /** Factor of the loss before its gradients are taken. */
  scale: number;
  /** Takes what the recurrent layers show. */
  inspections: Inspection[] | null;
}

interface LossRun {
  plan: LossPlan;
  workspace: number;
  predictions: number;
  weights: ValueWeights;
  mask: ValueMask | null;
  into: GradientTarget | null;
}

interface MetricRun {
  plan: MetricPlan;
  workspace: number;
  predictions: number;
  weights: ValueWeights;
}

interface Output {
  index: number;
  factor: number;
  targets: number;
  size: number;
  loss: LossRun | null;
  metrics: readonly MetricRun[];
}

interface Layout {
  inputs: readonly Span[];
  targets: readonly Span[];
  weights: readonly (WeightSpan | null)[];
  call: Call;
  outputs: readonly Output[];
  backward: Backward | null;
  reached: ReadonlySet<Weight> | null;
}

/**
 * A model, its losses and its metrics laid out for batches of certain shapes: carried out again and again, it allocates
 * nothing in the module. It is stale when the arena has moved.
 */
export class Pass {
  /** The outputs' losses of the last run, without their factors. */
  readonly losses: number[];
  readonly #given: PassGiven;
  readonly #kind: PassKind;
  readonly #arena: Arena;
  readonly #generation: number;
  readonly #shapes: readonly (Sizes | null)[];
  readonly #layout: Layout;
  readonly #penalized: readonly Weight[];
  #activity = 0;

  /** @throws {ShapeError} if targets or weights do not fit, {UnsupportedError} naming a layer without a way back. */
  constructor(given: PassGiven, arena: Arena, batch: Batch, kind: PassKind) {
    this.#given = given;
    this.#kind = kind;
    this.#arena = arena;
    this.#shapes = shapesOf(batch);
    this.losses = given.specs.map(() => 0);
    this.#penalized = given.model.trainableWeights.filter(({ regularizer }) => regularizer !== null);
    arena.measure();
    this.layOut(batch);
    arena.commit();
    this.#generation = arena.generation;
    kind.inspections?.splice(0);
    this.#layout = this.layOut(batch);
  }

  /** Whether the addresses still hold, and the batch has the shapes that it was laid out for. */
  isFor(batch: Batch, kind: PassKind): boolean {
    const own = this.#kind;
    if (this.#generation !== this.#arena.generation) return false;
    if (own.training !== kind.training || own.flat !== kind.flat) return false;
    if (own.truncate !== kind.truncate || own.scale !== kind.scale) return false;
    const shapes = shapesOf(batch);
    return (
      shapes.length === this.#shapes.length &&
      shapes.every((shape, index) => {
        const known = this.#shapes[index] ?? null;
        return shape === null || known === null ? shape === known : isSame(shape, known);
      })
    );
  }

  private layOut({ x, y, sampleWeight }: Batch): Layout {
    const arena = this.#arena;
    const { model, specs } = this.#given;
    const { training, flat, truncate, scale, inspections } = this.#kind;
    const inputs = x.map(({ shape }) => takeSpan(arena, shape, null));
    const targets = (y ?? []).map(({ shape }) => takeSpan(arena, shape, null));
    const weights = specs.map((_, index): WeightSpan | null => {
      const rows = sampleWeight?.[index] ?? null;
      return rows && takeSpan(arena, rows.shape, null);
    });
    const context: CallContext = {
      arena,
      training,
      keeps: flat !== null,
      logits: true,
      truncate,
      initialState: null,
      losses: (_, value) => {
        this.#activity += value;
      },
      inspections,
    };
    const call = model.open(inputs, context);
    const unwanted = inspections === null ? inputs : [];
    const gradients =
      flat === null
        ? null
        : new Gradients(
            arena,
            (weight) => flat.gradientOf(weight),
            unwanted,
            scale,
            (table) => flat.lookupsOf(table),
          );
    // Targets for all outputs, or for those that have a loss.
    const judged = [...specs.keys()].filter((index) => targets.length === specs.length || specs[index]?.loss);
    const outputs = targets.map((target, order): Output => {
      const index = judged[order] as number;
      return this.layOutOutput(index, call, call.outputs[index] as Span, target, weights[index] ?? null, gradients);
    });
    const backward = gradients === null ? null : call.layOutBackward(gradients);
    return { inputs, targets, weights, call, outputs, backward, reached: gradients?.reached ?? null };
  }

  private layOutOutput(
    index: number,
    call: Call,
    output: Span,
    target: Span,
    weights: WeightSpan | null,
    gradients: Gradients | null,
  ): Output {
    const arena = this.#arena;
    const { owner, specs, scores } = this.#given;
    const { loss: identifier, factor, name } = specs[index] as OutputSpec;
    const where = specs.length > 1 ? `${owner}: output '${name}'` : owner;
    const logits = call.producer(output)?.logits ?? null;
    let loss: LossRun | null = null;
    if (identifier !== null) {
      const found = resolveLoss(identifier, target.shape, output.shape);
      const fused = logits && found.fused(logits.activation);
      const from = fused === null ? output : (logits as NonNullable<typeof logits>).span;
      const plan = inArgument(where, 'y', () => (fused ?? found).plan(target.shape, output.shape));
      loss = {
        plan,
        workspace: arena.take(plan.bytes),
        predictions: from.address,
        weights: new ValueWeights(where, arena, weights, null, plan.shape, plan.shape !== plan.values),
        mask: output.mask && new ValueMask(where, arena, output.mask, plan.shape),
        into: gradients?.into(from) ?? null,
      };
    }
    const { plain, weighted } = scores.resolve(index, target.shape, output.shape);
    const metric = (own: WeightSpan | null, list: typeof plain): MetricRun[] =>
      list.map((each) => {
        const plan = inArgument(where, 'y', () => each.plan(target.shape, output.shape, logits?.activation));
        return {
          plan,
          workspace: arena.take(plan.bytes),
          predictions: (plan.isOfLogits && logits !== null ? logits.span : output).address,
          weights: new ValueWeights(where, arena, own, each.masks ? output.mask : null, plan.shape, true),
        };
      });
    return {
      index,
      factor,
      targets: target.address,
      size: sizeOf(output.shape),
      loss,
      metrics: [...metric(null, plain), ...metric(weights, weighted)],
    };
  }

  /** Copies a batch in. */
  put({ x, y, sampleWeight }: Batch): void {
    const { inputs, targets, weights } = this.#layout;
    putRows(x, inputs);
    if (y !== null) putRows(y, targets);
    for (let index = 0; index < weights.length; index += 1) {
      const span = weights[index] ?? null;
      if (span !== null) copyRows(sampleWeight?.[index] as Rows, span.address);
    }
  }

  /** Computes outputs and losses of what was put in, and the gradients of the losses by the outputs; gives the sum. */
  forward(): number {
    const { call, outputs } = this.#layout;
    const { scale } = this.#kind;
    this.#activity = 0;
    call.forward();
    let total = 0;
    for (let index = 0; index < outputs.length; index += 1) {
      const { loss, factor, targets, size, index: number } = outputs[index] as Output;
      if (loss === null) continue;
      const { plan, workspace, predictions, weights, mask, into } = loss;
      weights.fill();
      mask?.fill();
      const at = into?.address ?? 0;
      const value = plan.run(workspace, predictions, targets, weights.address, mask?.address ?? 0, at, weights.repeats);
      this.losses[number] = value;
      total += factor * value;
      if (into === null) continue;
      if (factor * scale !== 1) kernels()._scale_elements(at, at, factor * scale, size);
      into.done();
    }
    for (const { regularizer, address, shape } of this.#penalized) {
      total += (regularizer as NonNullable<typeof regularizer>).penalty(address, shape);
    }
    return total + this.#activity;
  }

  /** Computes the gradients of the weights. */
  backward(): void {
    const { backward } = this.#layout;
    const { flat, scale } = this.#kind;
    if (flat === null) return;
    flat.clear();
    backward?.();
    for (const weight of this.#penalized) {
      const at = flat.gradientOf(weight);
      if (at !== 0) weight.regularizer?.addGradient(at, weight.address, weight.shape, scale);
    }
  }

  /** Whether the loss depends on a weight: known when `backward` has run. */
  reaches(weight: Weight): boolean {
    return this.#layout.reached?.has(weight) === true || this.#penalized.includes(weight);
  }

  /** Counts the outputs in the metrics. */
  score(): void {
    for (const { metrics, targets } of this.#layout.outputs) {
      for (let index = 0; index < metrics.length; index += 1) {
        const { plan, workspace, predictions, weights } = metrics[index] as MetricRun;
        weights.fill();
        plan.add(workspace, predictions, targets, weights.address);
      }
    }
  }

  /** @throws {ArgumentError} naming a label that is no class number: the reason of a loss that is NaN. */
  checkLabels(): void {
    for (const { loss, targets } of this.#layout.outputs) {
      if (loss === null || loss.plan.classes === null) continue;
      const { classes, ignored, rows } = loss.plan;
      const labels = kernels().HEAPF32.subarray(targets / 4, targets / 4 + rows);
      const wrong = labels.find((label) => label !== ignored && !(label >= 0 && label < (classes as number)));
      if (wrong === undefined) continue;
      throw new ArgumentError(
        `${this.#given.owner}: y: Received a label value of ${wrong} which is outside the valid range of [0, ${classes}).`,
      );
    }
  }
}

function shapesOf({ x, y, sampleWeight }: Batch): (Sizes | null)[] {
  return [...x, ...(y ?? []), ...(sampleWeight ?? [])].map((rows) => rows?.shape ?? null);
}

function copyRows(rows: Rows, address: number): void {
  rows.copyTo(kernels().HEAPF32.subarray(address / 4));
}

function putRows(rows: readonly Rows[], spans: readonly Span[]): void {
  for (let index = 0; index < spans.length; index += 1) copyRows(rows[index] as Rows, (spans[index] as Span).address);
}
