// The cells and the layer that the cases use and that are no part of Keras, written as a user would write them.
import { Layer, layers, tensor } from 'simple-rnn';

// [rows, inner] · [inner, columns], added to `sum`.
function addProduct(sum, a, b) {
  const [rows, inner] = a.shape;
  const columns = b.shape[1];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let value = 0;
      for (let k = 0; k < inner; k += 1) value += a.data[row * inner + k] * b.data[k * columns + column];
      sum[row * columns + column] += value;
    }
  }
  return sum;
}

/** output = x · kernel + h · recurrent_kernel, which is the new state too. */
export class OneStateRNNCell extends Layer {
  static className = 'OneStateRNNCell';
  static optionNames = [...Layer.optionNames, 'units', 'stateSize'];

  constructor(options) {
    super(options);
    const { units, stateSize = units } = options;
    this.units = units;
    this.stateSize = stateSize;
    this.outputSize = units;
  }

  build(inputShape) {
    const { units } = this;
    this.kernel = this.addWeight({ name: 'kernel', shape: [inputShape.at(-1), units], initializer: 'ones' });
    this.recurrentKernel = this.addWeight({ name: 'recurrent_kernel', shape: [units, units], initializer: 'ones' });
    super.build(inputShape);
  }

  call(inputs, [state]) {
    const sum = addProduct(new Float32Array(inputs.shape[0] * this.units), inputs, this.kernel.read());
    const output = tensor(addProduct(sum, state, this.recurrentKernel.read()), state.shape);
    return [output, [output]];
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units, state_size: this.stateSize };
  }
}

/** Two states, each x · kernel + states[0] · recurrent_kernel_i; output = their sum. */
export class TwoStatesRNNCell extends Layer {
  static className = 'TwoStatesRNNCell';
  static optionNames = [...Layer.optionNames, 'units', 'stateSize'];

  constructor(options) {
    super(options);
    const { units, stateSize = [units, units] } = options;
    this.units = units;
    this.stateSize = stateSize;
    this.outputSize = units;
  }

  build(inputShape) {
    const { units } = this;
    const weight = (name, shape) => this.addWeight({ name, shape, initializer: 'ones' });
    this.kernel = weight('kernel', [inputShape.at(-1), units]);
    this.recurrentKernels = [1, 2].map((n) => weight(`recurrent_kernel_${n}`, [units, units]));
    super.build(inputShape);
  }

  call(inputs, [state]) {
    const projected = addProduct(new Float32Array(inputs.shape[0] * this.units), inputs, this.kernel.read());
    const states = this.recurrentKernels.map((kernel) =>
      tensor(addProduct(projected.slice(), state, kernel.read()), state.shape),
    );
    const output = states[0].data.map((value, index) => value + states[1].data[index]);
    return [tensor(output, state.shape), states];
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units, state_size: this.stateSize };
  }
}

/** m = mean of all elements of the step's input, batch included; every state grows by m; output = -states[0]. */
export class MeanCell extends Layer {
  static className = 'MeanCell';
  static optionNames = [...Layer.optionNames, 'stateSize'];

  constructor(options) {
    super(options);
    this.stateSize = options.stateSize;
  }

  call(inputs, states) {
    const mean = inputs.data.reduce((sum, value) => sum + value, 0) / inputs.data.length;
    const next = states.map(({ data, shape }) =>
      tensor(
        data.map((value) => value + mean),
        shape,
      ),
    );
    return [
      tensor(
        next[0].data.map((value) => -value),
        next[0].shape,
      ),
      next,
    ];
  }

  getConfig() {
    return { ...super.getConfig(), state_size: this.stateSize };
  }
}

/** Dense without bias, its rows multiplied by the mask. */
export class MaskedDense extends Layer {
  static className = 'MaskedDense';
  static optionNames = [...Layer.optionNames, 'units', 'kernelInitializer'];

  constructor(options) {
    super(options);
    const { units, kernelInitializer = 'glorot_uniform' } = options;
    this.units = units;
    this.kernelInitializer = kernelInitializer;
    this.supportsMasking = true;
  }

  build(inputShape) {
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [inputShape.at(-1), this.units],
      initializer: this.kernelInitializer,
    });
    super.build(inputShape);
  }

  computeOutputShape(inputShape) {
    return [...inputShape.slice(0, -1), this.units];
  }

  call(inputs, { mask = null } = {}) {
    const { units } = this;
    const output = addProduct(new Float32Array(inputs.shape[0] * units), inputs, this.kernel.read());
    const kept = mask === null ? output : output.map((value, at) => value * mask.data[Math.floor(at / units)]);
    return tensor(kept, [inputs.shape[0], units]);
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units, kernel_initializer: this.kernelInitializer };
  }
}

for (const type of [OneStateRNNCell, TwoStatesRNNCell, MeanCell, MaskedDense]) layers.registerLayer(type);
