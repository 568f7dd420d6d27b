import type { Shape } from '../runtime/check.js';
import type { Tensor } from '../runtime/tensor.js';
import {
  type Argument,
  Connections,
  type Node,
  nodeInput,
  nodeInputMask,
  nodeInputs,
  type SymbolicTensor,
  single,
} from './symbolic.js';

/** A mask of a graph, numbers given as a mask, or null; a list where there are several. */
export type GraphMask = SymbolicTensor | Tensor | null | (SymbolicTensor | Tensor | null)[];

/**
 * A place in a graph: what Keras says of a layer's nodes. A node is one application to symbolic tensors; they are
 * numbered from 0 on in the order of the applications.
 */
export abstract class Connected {
  /** @internal */
  abstract get owner(): string;
  /** @internal */
  readonly connections = new Connections(() => this.owner);

  /** Applications of this layer to symbolic tensors, in order. */
  get inboundNodes(): readonly Node[] {
    return this.connections.inbound;
  }

  /** Applications of other layers to this layer's outputs. */
  get outboundNodes(): readonly Node[] {
    return this.connections.outbound;
  }

  /** All the nodes that the layer takes part in. */
  get graph(): readonly Node[] {
    return [...this.inboundNodes, ...this.outboundNodes];
  }

  /** What the layer was applied to. @throws {ArgumentError} without a node, or with several. */
  get input(): Argument | Argument[] {
    return nodeInput(this.connections.only('input'));
  }

  /** What it gave. @throws {ArgumentError} without a node, or with several. */
  get output(): SymbolicTensor | SymbolicTensor[] {
    return single(this.connections.only('output').outputs);
  }

  /** The mask of {@link input}, or null. @throws {ArgumentError} without a node, or with several. */
  get inputMask(): GraphMask {
    return nodeInputMask(this.connections.only('input mask'));
  }

  /** The mask of {@link output}, or null. @throws {ArgumentError} without a node, or with several. */
  get outputMask(): GraphMask {
    return outputMask(this.connections.only('output mask'));
  }

  /** Shape of the input. @throws {ArgumentError} without a node, or if the nodes' shapes differ. */
  get inputShape(): Shape | Shape[] {
    return this.connections.common('input shape', inputShape);
  }

  /** Shape of the output. @throws {ArgumentError} without a node, or if the nodes' shapes differ. */
  get outputShape(): Shape | Shape[] {
    return this.connections.common('output shape', outputShape);
  }

  /** As {@link input}, of one node. @throws {ArgumentError} if there is no such node. */
  getInputAt(nodeIndex: number): Argument | Argument[] {
    return nodeInput(this.connections.at(nodeIndex, 'input'));
  }

  /** As {@link output}, of one node. @throws {ArgumentError} if there is no such node. */
  getOutputAt(nodeIndex: number): SymbolicTensor | SymbolicTensor[] {
    return single(this.connections.at(nodeIndex, 'output').outputs);
  }

  /** As {@link inputMask}, of one node. @throws {ArgumentError} if there is no such node. */
  getInputMaskAt(nodeIndex: number): GraphMask {
    return nodeInputMask(this.connections.at(nodeIndex, 'input mask'));
  }

  /** As {@link outputMask}, of one node. @throws {ArgumentError} if there is no such node. */
  getOutputMaskAt(nodeIndex: number): GraphMask {
    return outputMask(this.connections.at(nodeIndex, 'output mask'));
  }

  /** As {@link inputShape}, of one node. @throws {ArgumentError} if there is no such node. */
  getInputShapeAt(nodeIndex: number): Shape | Shape[] {
    return inputShape(this.connections.at(nodeIndex, 'input shape'));
  }

  /** As {@link outputShape}, of one node. @throws {ArgumentError} if there is no such node. */
  getOutputShapeAt(nodeIndex: number): Shape | Shape[] {
    return outputShape(this.connections.at(nodeIndex, 'output shape'));
  }
}

function inputShape(node: Node): Shape | Shape[] {
  const shapes = nodeInputs(node).map(({ shape }) => shape);
  return node.isList ? shapes : single(shapes);
}

function outputShape({ outputs }: Node): Shape | Shape[] {
  return single(outputs.map(({ shape }) => shape));
}

function outputMask({ outputs }: Node): GraphMask {
  return single(outputs.map(({ mask }) => mask));
}
