import type { Config } from '../family.js';
import { camelOptions } from '../layers/config.js';
import type { Layer } from '../layers/layer.js';
import type { DeserializeOptions } from '../layers/registry.js';
import type { Node, SymbolicTensor } from '../layers/symbolic.js';
import { show } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import type { Functional } from './functional.js';
import { GraphReader, referencesOf } from './graph_reader.js';
import { NodeWriter } from './node_writer.js';
import { modelEntry } from './sequential_config.js';

const ENTRIES = ['name', 'trainable', 'dtype', 'layers', 'inputLayers', 'outputLayers'];

/** What `fromConfig` reads. */
export interface FunctionalParts {
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  outputs: SymbolicTensor | readonly SymbolicTensor[];
  name: string | null;
  trainable: boolean;
  /** In the order of the configuration. */
  layers: readonly Layer[];
}

/** The configuration of a Functional, with Keras' keys in Keras' order. */
export function writeFunctional(model: Functional): Config {
  const own = new Set(model.nodes);
  const numbers = new Map<Node, number>();
  for (const layer of model.layers) {
    let number = 0;
    for (const node of layer.inboundNodes) if (own.has(node)) numbers.set(node, number++);
  }
  const names = model.layers.map(({ name }) => name);
  const writer = new NodeWriter(model.owner, numbers, names);
  const layers = model.layers.map(
    (layer): Config => ({
      ...modelEntry(layer),
      name: layer.name,
      inbound_nodes: layer.inboundNodes
        .filter((node) => own.has(node) && node.args.length > 0)
        .map((node) => writer.write(node)),
    }),
  );
  // In these lists, Keras counts a node that a functional model once had from the start.
  const place = ({ node, index, name }: SymbolicTensor) => [
    name,
    (numbers.get(node as Node) as number) + (node?.layer.className === 'Functional' ? 1 : 0),
    index,
  ];
  const places = (tensors: readonly SymbolicTensor[], given: unknown) =>
    Array.isArray(given) ? tensors.map(place) : place(tensors[0] as SymbolicTensor);
  const { inputs, outputs } = model.options as { inputs?: unknown; outputs?: unknown };
  return {
    name: model.name,
    trainable: model.trainable,
    layers: [...layers, ...writer.operations],
    input_layers: places(model.inputs, inputs),
    output_layers: places(model.outputs, outputs),
  };
}

/**
 * Makes the graph of a configuration, in Keras 3's or Keras 2's form, and hands it to `make`. On an error nothing stays
 * behind.
 * @throws {ModelFormatError} naming what is unknown or does not fit.
 */
export function readFunctional<T>(
  config: unknown,
  options: DeserializeOptions,
  make: (parts: FunctionalParts) => T,
): T {
  const graph = new GraphReader();
  let owner = 'Functional';
  try {
    const given = camelOptions('Functional', config, ENTRIES);
    const { name = null, trainable = true, layers, inputLayers, outputLayers } = given;
    if (typeof name === 'string') owner = `Functional '${name}'`;
    const unknown = Object.keys(given).find((key) => !ENTRIES.includes(key));
    if (unknown !== undefined) throw new ModelFormatError(`unknown entry '${unknown}' in the configuration`);
    if (!Array.isArray(layers)) throw new ModelFormatError(`\`layers\` must be a list, received ${show(layers)}`);
    const outputs = referencesOf(outputLayers);
    graph.add(layers, options);
    graph.connect([...referencesOf(inputLayers), ...outputs]);
    const model = make({
      inputs: graph.tensors(inputLayers),
      outputs: graph.tensors(outputLayers),
      name: name as string | null,
      trainable: trainable as boolean,
      layers: graph.layers,
    });
    graph.disposeOthers(new Set((model as unknown as Layer).sublayers));
    return model;
  } catch (error) {
    graph.dispose();
    if (error instanceof ArgumentError || error instanceof ShapeError || error instanceof ModelFormatError) {
      const message = error.message.startsWith(owner) ? error.message : `${owner}: ${error.message}`;
      throw new ModelFormatError(message, { cause: error });
    }
    if (error instanceof RangeError) throw new ModelFormatError(`${owner}: the configuration is nested too deeply`);
    throw error;
  }
}
