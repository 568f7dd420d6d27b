import { activationCode } from '../activation_table.js';
import { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { readNumbers, takeSpan, writeSpan } from './call.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';

/** x · kernel + bias of a whole sequence, [batch, steps, units]; the inputs times `mask` [batch, features], if there is one. */
export function projectInputs(cell: SimpleRNNCell, input: Tensor, mask: Tensor | null): Tensor {
  const [batch, steps, features] = input.shape as [number, number, number];
  const { units } = cell;
  const [kernel, , bias] = cell.ownWeights as [Weight, Weight, Weight | undefined];
  const module = kernels();
  const arena = new Arena(`${cell.owner}: preprocessInput`);
  const layOut = () => ({
    packed: arena.take(module.densePackedBytes(features, units)),
    inputs: takeSpan(arena, input.shape, null),
    outputs: takeSpan(arena, [batch, steps, units], null),
  });
  try {
    arena.measure();
    layOut();
    arena.commit();
    const { packed, inputs, outputs } = layOut();
    writeSpan(inputs, mask === null ? input : masked(input, mask));
    module.densePack(packed, kernel.address, bias === undefined ? 0 : bias.address, features, units);
    module._dense_forward(
      outputs.address,
      inputs.address,
      packed,
      batch * steps,
      features,
      units,
      activationCode('linear'),
    );
    return readNumbers(outputs);
  } finally {
    arena.free();
  }
}

function masked(input: Tensor, mask: Tensor): Tensor {
  const [, steps, features] = input.shape as [number, number, number];
  const data = input.data.map((value, index) => {
    const sample = Math.floor(index / (steps * features));
    return value * (mask.data[sample * features + (index % features)] as number);
  });
  return new Tensor(data, input.shape);
}
