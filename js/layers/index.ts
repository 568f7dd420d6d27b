import { Activation } from './activation.js';
import { ActivityRegularization } from './activity_regularization.js';
import { Add } from './add.js';
import { Bidirectional } from './bidirectional.js';
import { Concatenate } from './concatenate.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import { Flatten } from './flatten.js';
import { InputLayer } from './input_layer.js';
import { Masking } from './masking.js';
import { registerOwn } from './registry.js';
import { RepeatVector } from './repeat_vector.js';
import { Reshape } from './reshape.js';
import { RNN } from './rnn.js';
import { SimpleRNN } from './simple_rnn.js';
import { SimpleRNNCell } from './simple_rnn_cell.js';
import { StackedRNNCells } from './stacked_rnn_cells.js';
import { TimeDistributed } from './time_distributed.js';

export { type DeserializeOptions, deserialize, registerLayer, serialize } from './registry.js';

registerOwn([
  Activation,
  ActivityRegularization,
  Add,
  Bidirectional,
  Concatenate,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  InputLayer,
  Masking,
  RepeatVector,
  Reshape,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
]);
