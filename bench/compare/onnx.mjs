// The models of specs.mjs as ONNX graphs of RNN operators, in onnxruntime, native or WebAssembly.
import { encodeGraph, INT64, node, tensor, transpose, valueInfo } from '../lib/onnx.mjs';

// An activation in the RNN operator, and as an operator of its own; with Keras' parameters.
const ACTIVATIONS = {
  linear: { rnn: ['Affine', 1, 0], operator: 'Identity' },
  tanh: { rnn: ['Tanh'], operator: 'Tanh' },
  relu: { rnn: ['Relu'], operator: 'Relu' },
  sigmoid: { rnn: ['Sigmoid'], operator: 'Sigmoid' },
  elu: { rnn: ['Elu', 1], operator: 'Elu' },
  softplus: { rnn: ['Softplus'], operator: 'Softplus' },
  softsign: { rnn: ['Softsign'], operator: 'Softsign' },
  hard_sigmoid: { rnn: ['HardSigmoid', 1 / 6, 0.5], operator: null },
  leaky_relu: { rnn: ['LeakyRelu', 0.2], operator: null },
};

/** Whether the RNN operator can say it: known activations, sequences padded at the end. */
export function isExpressible({ layers, padding }) {
  return padding !== 'anywhere' && layers.every(({ activation }) => activation in ACTIVATIONS);
}

class Graph {
  nodes = [];
  initializers = [];
  #count = 0;

  name(what) {
    this.#count += 1;
    return `${what}${this.#count}`;
  }

  constant(dims, data) {
    const name = this.name('constant');
    this.initializers.push(tensor(name, dims, data));
    return name;
  }

  axes(...values) {
    return this.constant([values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** One operator; returns the name of its first output. */
  add(operator, inputs, attributes = {}) {
    const output = this.name(operator);
    this.nodes.push(node(operator, inputs, [output], attributes));
    return output;
  }
}

// One direction of one layer: the outputs of all steps [T, B, U] in the order of time, and the final state [B, U].
function recurrence(graph, value, weights, { activation, useBias, direction, lengths, h }) {
  const [kernel, recurrent, bias] = weights;
  const [features, units] = kernel.shape;
  const both = new Float32Array(2 * units);
  if (useBias) both.set(bias.data);
  const [name, alpha, beta] = ACTIVATIONS[activation].rnn;
  const inputs = [
    value,
    graph.constant([1, units, features], transpose(kernel.data, features, units)),
    graph.constant([1, units, units], transpose(recurrent.data, units, units)),
    graph.constant([1, 2 * units], both),
    lengths === null ? '' : graph.constant([lengths.length], Int32Array.from(lengths)),
    ...(h === null ? [] : [graph.add('Unsqueeze', [h, graph.axes(0)])]),
  ];
  const attributes = { hidden_size: units, direction, activations: [name] };
  if (alpha !== undefined) attributes.activation_alpha = Float32Array.of(alpha);
  if (beta !== undefined) attributes.activation_beta = Float32Array.of(beta);
  const [all, last] = [graph.name('all'), graph.name('last')];
  graph.nodes.push(node('RNN', inputs, [all, last], attributes));
  return {
    sequence: graph.add('Squeeze', [all, graph.axes(1)]),
    state: graph.add('Squeeze', [last, graph.axes(0)]),
  };
}

const backInTime = (graph, value) =>
  graph.add('Slice', [value, graph.axes(-1), graph.axes(-(2 ** 31)), graph.axes(0), graph.axes(-1)]);

function merge(graph, mode, a, b) {
  if (mode === 'concat') return graph.add('Concat', [a, b], { axis: -1 });
  if (mode === 'mul') return graph.add('Mul', [a, b]);
  const sum = graph.add('Add', [a, b]);
  return mode === 'sum' ? sum : graph.add('Mul', [sum, graph.constant([1], Float32Array.of(0.5))]);
}

function dense(graph, value, { activation, useBias }, [kernel, bias]) {
  let result = graph.add('MatMul', [value, graph.constant(kernel.shape, kernel.data)]);
  if (useBias) result = graph.add('Add', [result, graph.constant(bias.shape, bias.data)]);
  return graph.add(ACTIVATIONS[activation].operator, [result]);
}

// Adds one layer; `value` is [T, B, F] or, behind the last state, [B, F].
function addLayer(graph, layer, value, take, lengths, h) {
  const { type, useBias, returnSequences, goBackwards } = layer;
  const count = useBias ? 3 : 2;
  const all = { ...layer, direction: 'forward', lengths, h: null };
  if (type === 'dense' || type === 'time_distributed') return { value: dense(graph, value, layer, take(count - 1)) };
  if (type === 'stack') {
    let made = { sequence: value };
    for (const _ of layer.units) made = recurrence(graph, made.sequence, take(count), all);
    return { value: returnSequences ? made.sequence : made.state };
  }
  if (type === 'bidirectional') {
    const forward = recurrence(graph, value, take(count), all);
    const backward = recurrence(graph, value, take(count), { ...all, direction: 'reverse' });
    const which = returnSequences ? 'sequence' : 'state';
    return { value: merge(graph, layer.mergeMode, forward[which], backward[which]) };
  }
  const made = recurrence(graph, value, take(count), { ...all, direction: goBackwards ? 'reverse' : 'forward', h });
  const sequence = goBackwards && returnSequences ? backInTime(graph, made.sequence) : made.sequence;
  return { value: returnSequences ? sequence : made.state, state: made.state };
}

/** The file of a model. */
export function encode(spec, weights, { x, h, used }) {
  const graph = new Graph();
  const rest = [...weights];
  const take = (count) => rest.splice(0, count);
  const lengths = used?.map((row) => row.filter(Boolean).length) ?? null;
  const isIds = x.shape.length === 2;
  const inputs = [valueInfo(11, 'x', x.shape, isIds ? INT64 : undefined)];
  if (h !== null) inputs.push(valueInfo(11, 'h', h.shape));
  let value = 'x';
  if (isIds) {
    const [table] = take(1);
    value = graph.add('Gather', [graph.constant(table.shape, table.data), value]);
  }
  value = graph.add('Transpose', [value], { perm: [1, 0, 2] });
  const outputs = [];
  let isSequence = true;
  spec.layers.forEach((layer, index) => {
    const made = addLayer(graph, layer, value, take, lengths, index === 0 && h !== null ? 'h' : null);
    value = made.value;
    isSequence &&= layer.returnSequences ?? true;
    if (index === 0 && h !== null) outputs.push([made.state, [spec.batch, layer.units]]);
  });
  if (isSequence) value = graph.add('Transpose', [value], { perm: [1, 0, 2] });
  const named = [value, ...outputs.map(([name]) => name)].map((name, index) => {
    graph.nodes.push(node('Identity', [name], [`y${index}`]));
    return valueInfo(12, `y${index}`, null);
  });
  return encodeGraph('model', graph.nodes, graph.initializers, inputs, named);
}

/** What computes a model, or null for one that the operator cannot express. */
export function prepare(ort, options) {
  return async (spec, weights, data) => {
    if (!isExpressible(spec)) return null;
    const { x, h } = data;
    const session = await ort.InferenceSession.create(new Uint8Array(encode(spec, weights, data)), options);
    const feeds = {
      x:
        x.shape.length === 2
          ? new ort.Tensor('int64', BigInt64Array.from(x.data, BigInt), x.shape)
          : new ort.Tensor('float32', x.data, x.shape),
    };
    if (h !== null) feeds.h = new ort.Tensor('float32', h.data, h.shape);
    const results = await session.run(feeds);
    await session.release();
    return Object.keys(results)
      .sort()
      .map((name) => results[name].data);
  };
}
