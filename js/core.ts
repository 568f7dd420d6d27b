// All code, no bytes: what the entries, each a file of its own in the package, share.
export * as activations from './activations.js';
export { type CallbackLike, HOOKS } from './callbacks/callback.js';
export { CallbackList, type Callbacks, type Hook } from './callbacks/callback_list.js';
export { History } from './callbacks/history.js';
export * as callbacks from './callbacks/index.js';
export { TerminateOnNaN } from './callbacks/terminate_on_nan.js';
export * as constraints from './constraints.js';
export type { Config, Member, Serialized } from './family.js';
export * as initializers from './initializers.js';
export { Activation, type ActivationOptions } from './layers/activation.js';
export { ActivityRegularization, type ActivityRegularizationOptions } from './layers/activity_regularization.js';
export { Add, type AddOptions } from './layers/add.js';
export { Bidirectional, type BidirectionalOptions, type MergeMode } from './layers/bidirectional.js';
export type { CallContext, Inspection } from './layers/call.js';
export type { Cell, CellGradients, StateSize, States } from './layers/cells.js';
export { Concatenate, type ConcatenateOptions } from './layers/concatenate.js';
export { Dense, type DenseOptions } from './layers/dense.js';
export { Dropout, type DropoutOptions } from './layers/dropout.js';
export { Embedding, type EmbeddingOptions } from './layers/embedding.js';
export { Flatten, type FlattenOptions } from './layers/flatten.js';
export { type GradientOptions, type GradientResult, gradients } from './layers/gradients.js';
export * as layers from './layers/index.js';
export { type DeserializeOptions, deserialize, registerLayer, serialize } from './layers/index.js';
export { Input } from './layers/input.js';
export { InputLayer, type InputLayerOptions } from './layers/input_layer.js';
export { Layer } from './layers/layer.js';
export type {
  AddWeightOptions,
  ApplyOptions,
  CallOptions,
  LayerGradients,
  LayerOptions,
} from './layers/layer_options.js';
export type { AddLossOptions } from './layers/loss_holder.js';
export { Masking, type MaskingOptions } from './layers/masking.js';
export { toCamelCase, toSnakeCase } from './layers/names.js';
export { isOwn, isUsers } from './layers/registry.js';
export { RepeatVector, type RepeatVectorOptions } from './layers/repeat_vector.js';
export { Reshape, type ReshapeOptions } from './layers/reshape.js';
export { RNN, type RNNOptions } from './layers/rnn.js';
export { SimpleRNN, type SimpleRNNOptions } from './layers/simple_rnn.js';
export { SimpleRNNCell, type SimpleRNNCellOptions } from './layers/simple_rnn_cell.js';
export type { SpectrumResult } from './layers/spectrum.js';
export { StackedRNNCells, type StackedRNNCellsOptions } from './layers/stacked_rnn_cells.js';
export { SymbolicTensor } from './layers/symbolic.js';
export { TimeDistributed, type TimeDistributedOptions } from './layers/time_distributed.js';
export { variable } from './layers/variable.js';
export * as losses from './losses.js';
export * as metrics from './metrics.js';
export { Functional, type FunctionalOptions } from './models/functional.js';
export { BaseModel, type ModelInput, type ModelOptions, type OneInput, type PredictOptions } from './models/model.js';
export { flattenLayers } from './models/predictor.js';
export {
  type LayerFunction,
  layerBidirectional,
  layerRNN,
  layerSimpleRNN,
  layerTimeDistributed,
  rnnCellSimple,
  rnnCellsStack,
} from './models/r_functions.js';
export { Sequential, type SequentialOptions } from './models/sequential.js';
export type { Stream } from './models/stream.js';
export type { SummaryOptions } from './models/summary.js';
export { type Targets, TrainableModel } from './models/trainable.js';
export * as optimizers from './optimizers.js';
export * as regularizers from './regularizers.js';
export { checkBoolean, checkOptions, isCallable, nearest, type Shape, show, showShape } from './runtime/check.js';
export { type Configuration, configuration, configure, ready } from './runtime/configure.js';
export { DISPOSE } from './runtime/dispose.js';
export * from './runtime/errors.js';
export { memory } from './runtime/memory.js';
export { provide, provided, type Simd, started } from './runtime/module.js';
export { randomState, setRandomState } from './runtime/random.js';
export {
  checkNumberArray,
  type MaskLike,
  type NestedArray,
  type NumberArray,
  Tensor,
  type TensorLike,
  tensor,
  toTensor,
} from './runtime/tensor.js';
export { Weight } from './runtime/weight.js';
export * as schedules from './schedules.js';
export type { CompileOptions } from './training/compiled.js';
export { isBatchIterable } from './training/data.js';
export type { EvaluateOptions, FitOptions, SampleWeight, TrainOnBatchOptions } from './training/options.js';
export { resolveVerbose } from './training/progress.js';
export * as utils from './utils/index.js';
