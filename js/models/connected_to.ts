import type { Layer } from '../layers/layer.js';
import { type Node, SymbolicTensor } from '../layers/symbolic.js';

/** The column "Connected to" of a summary: what each application of a layer within the model is given. */
export function connectedTo(layer: Layer, nodes: readonly Node[]): string[] {
  return nodes
    .filter((node) => node.layer === layer)
    .flatMap(({ args, options }) => [...args, ...(options.initialState ?? [])])
    .filter((each) => each instanceof SymbolicTensor)
    .map((tensor) => {
      const source = (tensor as SymbolicTensor).node as Node;
      return `${source.layer.name}[${source.number}][${tensor.index}]`;
    });
}
