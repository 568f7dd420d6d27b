import type { Layer } from '../layers/layer.js';
import { type Node, SymbolicTensor } from '../layers/symbolic.js';

/** The column "Connected to" of a summary: what each application of a layer within the model is given. */
export function connectedTo(layer: Layer, nodes: readonly Node[]): string[] {
  const own = new Set(nodes);
  return layer.inboundNodes
    .filter((node) => own.has(node))
    .flatMap(({ args, options: { initialState, mask } }) => [...args, ...(initialState ?? []), ...(mask ?? [])])
    .filter((each) => each instanceof SymbolicTensor && each.carrier === null)
    .map((each) => {
      const { node, index } = each as SymbolicTensor;
      return `${node?.layer.name}[${node?.number}][${index}]`;
    });
}
