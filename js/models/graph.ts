import type { Layer } from '../layers/layer.js';
import type { Node, SymbolicTensor } from '../layers/symbolic.js';
import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** The applications between inputs and outputs. */
export interface Graph {
  /** In an order in which they can be carried out; inputs first. */
  nodes: readonly Node[];
  /** In Keras' order: by their distance from the outputs, then by first use. */
  layers: readonly Layer[];
  /** Whether the layers follow one another, each applied once. */
  isLine: boolean;
}

/** Goes back from the outputs. @throws {ArgumentError} with Keras' texts for cycles, gaps and names used twice. */
export function mapGraph(owner: string, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Graph {
  const { nodes, order } = collect(owner, outputs);
  const depths = new Map<Node, number>();
  const layerDepths = new Map<Layer, number>();
  for (const node of [...nodes].reverse()) {
    const depth = Math.max(depths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    depths.set(node, depth);
    for (const { node: parent } of node.parents) {
      if (parent !== null) depths.set(parent, Math.max(depth + 1, depths.get(parent) ?? 0));
    }
  }
  for (const { node } of inputs) {
    if (node === null || layerDepths.has(node.layer)) continue;
    layerDepths.set(node.layer, 0);
    order.set(node.layer, -1);
    depths.set(node, 0);
    nodes.unshift(node);
  }
  const byDepth = [...nodes].sort((a, b) => (depths.get(b) as number) - (depths.get(a) as number));
  checkConnected(owner, byDepth, inputs);
  const layers = [...layerDepths.keys()].sort(
    (a, b) =>
      (layerDepths.get(b) as number) - (layerDepths.get(a) as number) ||
      (order.get(a) as number) - (order.get(b) as number),
  );
  checkNames(owner, layers);
  return { nodes: byDepth, layers, isLine: isLine(byDepth, depths) };
}

function isLine(nodes: readonly Node[], depths: ReadonlyMap<Node, number>): boolean {
  const used = new Set(nodes.map((node) => depths.get(node)));
  const shared = new Set(nodes.map(({ layer }) => layer));
  return (
    used.size === nodes.length && shared.size === nodes.length && nodes.every(({ parents }) => parents.length <= 1)
  );
}

// Depth first; iterative, because graphs can be deep.
function collect(owner: string, outputs: readonly SymbolicTensor[]): { nodes: Node[]; order: Map<Layer, number> } {
  const nodes: Node[] = [];
  const order = new Map<Layer, number>();
  const finished = new Set<Node>();
  const begun = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (tensor: SymbolicTensor): void => {
    const { node } = tensor.carrier ?? tensor;
    if (node === null || finished.has(node)) return;
    if (begun.has(node)) {
      throw new ArgumentError(
        `${owner}: outputs: Tensor ${tensor} from operation '${node.layer.name}' is part of a cycle.`,
      );
    }
    begun.add(node);
    if (!order.has(node.layer)) order.set(node.layer, order.size);
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length > 0) {
      const top = stack.at(-1) as { node: Node; next: number };
      const parent = top.node.parents[top.next];
      top.next += 1;
      if (parent !== undefined) enter(parent);
      else {
        finished.add(top.node);
        nodes.push(top.node);
        stack.pop();
      }
    }
  }
  return { nodes, order };
}

function checkConnected(owner: string, nodes: readonly Node[], inputs: readonly SymbolicTensor[]): void {
  const known = new Set<SymbolicTensor>(inputs);
  const reached: string[] = [];
  for (const node of nodes) {
    const isInput = node.args.length === 0;
    if (isInput && !node.outputs.every((output) => known.has(output))) {
      const [output] = node.outputs as readonly [SymbolicTensor];
      const user = nodes.find(({ parents }) => parents.includes(output)) ?? node;
      throw new ArgumentError(
        `${owner}: outputs: Graph disconnected: cannot find parent for tensor ${output} at operation '${user.layer.name}'. ` +
          `The following previous operations were accessed without issue: ${show(reached)}`,
      );
    }
    reached.push(node.layer.name);
    for (const output of node.outputs) known.add(output);
  }
}

function checkNames(owner: string, layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  for (const { name } of layers) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) {
    if (count > 1) {
      throw new ArgumentError(
        `${owner}: The name "${name}" is used ${count} times in the model. All operation names should be unique.`,
      );
    }
  }
}
