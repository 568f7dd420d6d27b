// A worker script of a user's own: it knows a layer that the package does not.
import { Layer, registerLayer, Tensor } from 'simple-rnn';
import 'simple-rnn/worker-script';

export class Doubled extends Layer {
  static className = 'Doubled';

  call(inputs) {
    return new Tensor(
      inputs.data.map((value) => 2 * value),
      inputs.shape,
    );
  }

  computeOutputShape(shape) {
    return shape;
  }
}

registerLayer(Doubled);
