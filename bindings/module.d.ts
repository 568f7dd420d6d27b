// The built module, written by hand; a test compares its keys with what Embind registers.
//
// Every address is a byte offset into the heap, 0 stands for "none". Kernels allocate nothing, overwrite
// their outputs and trust their sizes: everything is checked before the call. Argument order: outputs,
// workspace, inputs, sizes, options. Shapes: B batch, T steps, F features, U units; float32, row-major.

/** Bits of `options` in the SimpleRNN functions. */
// 1 return_sequences, 2 go_backwards, 4 zero_output_for_mask, 8 mask_backwards (the mask alone is read from the last
// step to the first), 16 outputs_backwards (with return_sequences: the step processed first is written last),
// 32 has_input_dropout, 64 has_recurrent_dropout (both for the size of the workspace alone)

export interface Kernels {
  // --- SimpleRNN (src/simple_rnn.h)
  /** Bytes of the packed copy of one SimpleRNN's weights. */
  simpleRnnPackedBytes(features: number, units: number): number;
  /** kernel [F, U], recurrentKernel [U, U], bias [U] or 0 -> packed. To be repeated whenever a weight changes. */
  simpleRnnPack(
    packed: number,
    kernel: number,
    recurrentKernel: number,
    bias: number,
    features: number,
    units: number,
  ): void;
  /** Bytes of workspace that `_simple_rnn_forward` needs. */
  simpleRnnWorkspaceBytes(batch: number, steps: number, features: number, units: number, options: number): number;
  /** Bytes of workspace that `simpleRnnInspect` needs. */
  simpleRnnInspectWorkspaceBytes(batch: number, steps: number, units: number): number;
  /**
   * states, inputContribution (x·W) and recurrentContribution (h·U): [B, T, U] each, in processing order;
   * their sum and the bias are the pre-activation. At a masked step the state is the one held and both
   * contributions are 0. Of the options go_backwards and mask_backwards count.
   */
  simpleRnnInspect(
    states: number,
    inputContribution: number,
    recurrentContribution: number,
    workspace: number,
    inputs: number,
    initialState: number,
    mask: number,
    packed: number,
    batch: number,
    steps: number,
    features: number,
    units: number,
    activation: number,
    options: number,
  ): void;

  // --- Dense (src/dense.h)
  densePackedBytes(features: number, units: number): number;
  densePack(packed: number, kernel: number, bias: number, features: number, units: number): void;

  // --- initializers (src/initializers.h). The seed is an unsigned 64-bit number in two halves.
  randomUniform(outputs: number, count: number, low: number, high: number, seedLow: number, seedHigh: number): void;
  randomNormal(outputs: number, count: number, mean: number, stddev: number, seedLow: number, seedHigh: number): void;
  /** Normal, drawn again outside two standard deviations. */
  truncatedNormal(
    outputs: number,
    count: number,
    mean: number,
    stddev: number,
    seedLow: number,
    seedHigh: number,
  ): void;
  orthogonalWorkspaceBytes(rows: number, columns: number): number;
  orthogonal(
    outputs: number,
    workspace: number,
    rows: number,
    columns: number,
    gain: number,
    seedLow: number,
    seedHigh: number,
  ): void;

  // --- Dropout (src/dropout.h)
  /** outputs [count]: each 0 with probability rate, else 1 / (1 - rate); 0 <= rate <= 1. */
  dropoutMask(outputs: number, count: number, rate: number, seedLow: number, seedHigh: number): void;

  // --- regularizers and constraints (src/regularizers.h, src/constraints.h)
  /** l1 · Σ|x| + l2 · Σx² */
  penalty(inputs: number, count: number, l1: number, l2: number): number;
  /** Keras' OrthogonalRegularizer of inputs [rows, columns]; workspace: rows · columns numbers. */
  orthogonalPenalty(
    workspace: number,
    inputs: number,
    rows: number,
    columns: number,
    factor: number,
    ofColumns: boolean,
  ): number;
  /**
   * weights · d / (1e-7 + n) in place, n the norm along the axes whose right stride is 0,
   * d = rate · clip(n, minValue, maxValue) + (1 - rate) · n. axes as in _add_broadcast: weights left, norms right, any
   * strides; norms: workspace, float64 [normCount].
   */
  constrainNorms(
    weights: number,
    norms: number,
    normCount: number,
    axes: number,
    axisCount: number,
    minValue: number,
    maxValue: number,
    rate: number,
  ): void;

  // --- backward passes (src/simple_rnn_train.h, src/dense.h, src/activations.h, src/regularizers.h)
  simpleRnnBackwardPackedBytes(features: number, units: number): number;
  simpleRnnBackwardPack(packed: number, kernel: number, recurrentKernel: number, features: number, units: number): void;
  simpleRnnBackwardWorkspaceBytes(batch: number, steps: number, features: number, units: number): number;
  denseBackwardPackedBytes(features: number, units: number): number;
  denseBackwardPack(packed: number, kernel: number, features: number, units: number): void;
  denseBackwardWorkspaceBytes(features: number, units: number): number;
  /** Whether activationBackward wants the inputs as `saved`; else the outputs will do. */
  activationSavesInputs(activation: number, a: number, b: number, c: number): boolean;
  /** gradients += l1 · sign(x) + 2 · l2 · x */
  addPenaltyGradient(gradients: number, inputs: number, count: number, l1: number, l2: number): void;
  /** gradients [rows, columns] += those of orthogonalPenalty; workspace: rows · columns numbers and both sides. */
  addOrthogonalGradient(
    gradients: number,
    workspace: number,
    inputs: number,
    rows: number,
    columns: number,
    factor: number,
    ofColumns: boolean,
  ): void;

  // --- spectrum (src/spectrum.h)
  eigenvaluesWorkspaceBytes(units: number): number;
  /** outputs: float64 [U, 2], real and imaginary parts; matrix [U, U], finite. False if it does not converge. */
  eigenvalues(outputs: number, workspace: number, matrix: number, units: number): boolean;
}

/** Plain exports without Embind's cost: what predictions, batches of training and steps of a stream call. */
export interface PlainExports {
  // --- SimpleRNN (src/simple_rnn.h)
  /**
   * outputs: [B, T, U] with return_sequences (in processing order), else [B, U]; outputStride: numbers from one row to
   * the next (U, or more to leave what stands between the rows alone).
   * finalState: [B, U] or 0; may be the same address as initialState.
   * inputs [B, T, F]; initialState [B, U] or 0 (zeros); mask uint8 [B, T] or 0 (1 = use the step).
   * inputDropout [B, F] or 0: factors of the inputs, the same at every step; recurrentDropout [B, U] or 0: factors of
   * the state before the recurrent product.
   */
  _simple_rnn_forward(
    outputs: number,
    finalState: number,
    workspace: number,
    inputs: number,
    initialState: number,
    mask: number,
    inputDropout: number,
    recurrentDropout: number,
    packed: number,
    batch: number,
    steps: number,
    features: number,
    units: number,
    outputStride: number,
    activation: number,
    options: number,
  ): void;
  /** state [U], another address than previousState [U]; inputs [F]. */
  _simple_rnn_step(
    state: number,
    previousState: number,
    inputs: number,
    packed: number,
    features: number,
    units: number,
    activation: number,
  ): void;

  // --- Dense (src/dense.h)
  /** outputs [rows, U] = activation(inputs [rows, F] · kernel + bias). */
  _dense_forward(
    outputs: number,
    inputs: number,
    packed: number,
    rows: number,
    features: number,
    units: number,
    activation: number,
  ): void;

  // --- Embedding, Masking (src/embedding.h, src/masking.h)
  /** outputs [count, outputDim]; mask uint8 [count] or 0 (id != 0); ids float32 [count], each 0 <= id < inputDim. */
  _embedding_forward(
    outputs: number,
    mask: number,
    ids: number,
    embeddings: number,
    count: number,
    outputDim: number,
  ): void;
  /** outputs [rows, features], masked rows 0; mask uint8 [rows], 1 where any feature != maskValue. */
  _masking_forward(
    outputs: number,
    mask: number,
    inputs: number,
    rows: number,
    features: number,
    maskValue: number,
  ): void;

  // --- activations (src/activations.h)
  /**
   * outputs [rows, columns] ([rows, columns / 2] for glu); outputs may be inputs, but for glu.
   * a, b, c: the function's parameters in Keras' order: relu (negative_slope, max_value, threshold), leaky_relu
   * (negative_slope), elu and celu (alpha), squareplus (b), soft_shrink and hard_shrink (threshold), gelu
   * (approximate: 0 or 1), threshold (threshold, default_value). max_value None is +Infinity.
   */
  _activation_forward(
    outputs: number,
    inputs: number,
    rows: number,
    columns: number,
    activation: number,
    a: number,
    b: number,
    c: number,
  ): void;

  // --- joining tensors (src/merge.h)
  /** outputs = left + right, count numbers; outputs may be left or right. */
  _add_elements(outputs: number, left: number, right: number, count: number): void;
  /** outputs = left · right, count numbers; outputs may be left or right. */
  _multiply_elements(outputs: number, left: number, right: number, count: number): void;
  /** outputs = factor · inputs, count numbers; outputs may be inputs. */
  _scale_elements(outputs: number, inputs: number, factor: number, count: number): void;
  /**
   * outputs = left + right with repeated axes; outputs may be an operand that is not repeated.
   * axes: int32 [axisCount, 3] of size, left stride, right stride in numbers (0 repeats), at most 8, no size 0; the
   * last strides are 0 or 1. js/runtime/broadcast.ts makes them.
   */
  _add_broadcast(outputs: number, left: number, right: number, axes: number, axisCount: number): void;
  /** outputs = left · right, as _add_broadcast. */
  _multiply_broadcast(outputs: number, left: number, right: number, axes: number, axisCount: number): void;
  /**
   * Copies blocks · rows pieces of `width` bytes, numbers and masks alike. All sizes and strides in bytes; an input
   * stride of 0 repeats, a negative one reverses. Outputs and inputs must not overlap.
   */
  _copy_rows(
    outputs: number,
    inputs: number,
    blocks: number,
    rows: number,
    width: number,
    outputBlockStride: number,
    outputStride: number,
    inputBlockStride: number,
    inputStride: number,
  ): void;
  /** outputs = left | right, count bytes; outputs may be left or right. */
  _or_masks(outputs: number, left: number, right: number, count: number): void;

  // The backward passes: see the headers of the same names in src.
  _simple_rnn_train_forward(
    outputs: number,
    finalState: number,
    states: number,
    workspace: number,
    inputs: number,
    initialState: number,
    mask: number,
    inputDropout: number,
    recurrentDropout: number,
    packed: number,
    batch: number,
    steps: number,
    features: number,
    units: number,
    outputStride: number,
    activation: number,
    options: number,
  ): void;
  _simple_rnn_backward(
    dInputs: number,
    dInitialState: number,
    dKernel: number,
    dRecurrentKernel: number,
    dBias: number,
    dStates: number,
    workspace: number,
    dOutputs: number,
    dFinalState: number,
    inputs: number,
    states: number,
    initialState: number,
    mask: number,
    inputDropout: number,
    recurrentDropout: number,
    packed: number,
    backwardPacked: number,
    batch: number,
    steps: number,
    features: number,
    units: number,
    outputStride: number,
    truncate: number,
    activation: number,
    options: number,
  ): void;
  _dense_backward(
    dInputs: number,
    dKernel: number,
    dBias: number,
    workspace: number,
    dOutputs: number,
    inputs: number,
    outputs: number,
    packed: number,
    backwardPacked: number,
    rows: number,
    features: number,
    units: number,
    activation: number,
    add: number,
  ): void;
  _embedding_backward(dEmbeddings: number, dOutputs: number, ids: number, count: number, outputDim: number): void;
  _masking_backward(dInputs: number, mask: number, dOutputs: number, rows: number, features: number): void;
  _activation_backward(
    dInputs: number,
    dOutputs: number,
    saved: number,
    rows: number,
    columns: number,
    activation: number,
    a: number,
    b: number,
    c: number,
  ): void;
  _add_broadcast_gradient(dOperand: number, dOutputs: number, axes: number, axisCount: number): void;

  // Losses, metrics and optimizers: see src/losses.h, src/metrics.h and src/optimizers.h. Booleans are 0 or 1; doubles
  // among counts and sums are float64 in the heap.
  _loss_forward(
    values: number,
    gradients: number,
    gradientStride: number,
    mask: number,
    targets: number,
    predictions: number,
    rows: number,
    columns: number,
    loss: number,
    a: number,
    b: number,
    c: number,
    fromLogits: number,
    labelSmoothing: number,
    ignoreClass: number,
  ): void;
  _ctc_forward(
    values: number,
    gradients: number,
    workspace: number,
    labels: number,
    logits: number,
    rows: number,
    length: number,
    steps: number,
    classes: number,
  ): void;
  _circle_forward(
    values: number,
    mask: number,
    workspace: number,
    labels: number,
    embeddings: number,
    rows: number,
    columns: number,
    gamma: number,
    margin: number,
    removeDiagonal: number,
  ): void;
  _circle_backward(
    gradients: number,
    workspace: number,
    factors: number,
    embeddings: number,
    rows: number,
    columns: number,
  ): void;
  _reduce_loss(values: number, factors: number, weights: number, mask: number, rows: number, reduction: number): number;
  _scale_rows(rows: number, factors: number, count: number, columns: number): void;
  _accuracy_values(
    values: number,
    targets: number,
    predictions: number,
    rows: number,
    columns: number,
    kind: number,
    parameter: number,
  ): void;
  _add_weighted(sums: number, values: number, weights: number, rows: number): void;
  _add_confusion(
    counts: number,
    targets: number,
    predictions: number,
    weights: number,
    labelWeights: number,
    rows: number,
    columns: number,
    thresholds: number,
    thresholdCount: number,
    isEven: number,
    belowZero: number,
    topK: number,
    classId: number,
    byLabel: number,
  ): void;
  _add_score_counts(
    counts: number,
    targets: number,
    predictions: number,
    weights: number,
    rows: number,
    columns: number,
    threshold: number,
  ): void;
  _add_squares(
    sums: number,
    targets: number,
    predictions: number,
    weights: number,
    rows: number,
    columns: number,
  ): void;
  _correlation_values(
    values: number,
    targets: number,
    predictions: number,
    rows: number,
    columns: number,
    isConcordance: number,
  ): void;
  _optimizer_step(
    weights: number,
    gradients: number,
    slot0: number,
    slot1: number,
    slot2: number,
    workspace: number,
    segments: number,
    segmentCount: number,
    optimizer: number,
    learningRate: number,
    decay: number,
    step: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    g: number,
  ): void;
  _muon_workspace_size(rows: number, columns: number): number;
  _blend(to: number, from: number, count: number, a: number, b: number, limit: number): void;
  _sum_of_squares(numbers: number, count: number): number;
}

export interface SimpleRNNModule extends Kernels, PlainExports {
  HEAPU8: Uint8Array;
  HEAPF32: Float32Array;
  HEAP32: Int32Array;
  HEAPF64: Float64Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
}

export interface ModuleOptions {
  instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void): WebAssembly.Exports;
  onAbort?: (reason: unknown) => void;
  print?: (line: string) => void;
  printErr?: (line: string) => void;
}

/**
 * Runs synchronously up to the end when instantiateWasm does (it is called with WASM_ASYNC_COMPILATION=0):
 * the object that `onRuntimeInitialized` sees, and the options object itself, is then the complete module.
 */
declare const createModule: (options: ModuleOptions) => SimpleRNNModule | Promise<SimpleRNNModule>;
export default createModule;
