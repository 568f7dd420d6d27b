// Writes a model as ONNX with the standard RNN operator: a minimal protobuf encoder and the few messages needed.
// Field numbers are those of onnx.proto3.
//
// onnxruntime's RNN accepts only the time-major layout ([T, B, F], attribute layout = 0), so where B > 1 the graph
// transposes its input and, for sequences, its output. Where B = 1 both layouts are the same memory and it does not.

function varint(value) {
  const bytes = [];
  let v = BigInt.asUintN(64, BigInt(value)); // negative numbers in two's complement
  do {
    const low = Number(v & 0x7fn);
    v >>= 7n;
    bytes.push(v ? low | 0x80 : low);
  } while (v);
  return Buffer.from(bytes);
}
const int = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, value) => Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
const string = (field, value) => bytes(field, Buffer.from(value));
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const FLOAT = 1;
const INT32 = 6;
/** TensorProto.DataType. */
export const INT64 = 7;

const float = (field, value) => {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), four]);
};

// AttributeProto: name 1, f 2, i 3, s 4, floats 7, ints 8, strings 9,
// type 20 (FLOAT 1, INT 2, STRING 3, FLOATS 6, INTS 7, STRINGS 8). { float } is one float, a Float32Array several.
function attribute(name, value) {
  if (value instanceof Float32Array)
    return message(5, string(1, name), ...[...value].map((v) => float(7, v)), int(20, 6));
  if (value.float !== undefined) return message(5, string(1, name), float(2, value.float), int(20, 1));
  if (typeof value === 'number') return message(5, string(1, name), int(3, value), int(20, 2));
  if (typeof value === 'string') return message(5, string(1, name), string(4, value), int(20, 3));
  if (typeof value[0] === 'number') return message(5, string(1, name), ...value.map((v) => int(8, v)), int(20, 7));
  return message(5, string(1, name), ...value.map((v) => string(9, v)), int(20, 8));
}

// GraphProto.node = 1; NodeProto: input 1, output 2, name 3, op_type 4, attribute 5
export function node(opType, inputs, outputs, attributes = {}) {
  return message(
    1,
    ...inputs.map((n) => string(1, n)),
    ...outputs.map((n) => string(2, n)),
    string(3, `${opType}_${outputs.find(Boolean)}`),
    string(4, opType),
    ...Object.entries(attributes).map(([k, v]) => attribute(k, v)),
  );
}

// GraphProto.initializer = 5; TensorProto: dims 1, data_type 2, name 8, raw_data 9
export function tensor(name, dims, data) {
  const type = data instanceof BigInt64Array ? INT64 : data instanceof Int32Array ? INT32 : FLOAT;
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return message(5, ...dims.map((d) => int(1, d)), int(2, type), string(8, name), bytes(9, raw));
}

// GraphProto.input = 11, output = 12; ValueInfoProto: name 1, type 2; TypeProto.tensor_type 1; elem_type 1, shape 2;
// TensorShapeProto.dim 1; dim_value 1. `dims` null: not said
export function valueInfo(field, name, dims, type = FLOAT) {
  const shape = dims === null ? [] : [message(2, ...dims.map((d) => message(1, int(1, d))))];
  return message(field, string(1, name), message(2, message(1, int(1, type), ...shape)));
}

export function transpose(matrix, rows, columns) {
  const out = new Float32Array(matrix.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = matrix[r * columns + c];
  return out;
}

/** The graph's input is "x", its output "y"; a 'stream' shape has the input "h" too (initial_h, [1, B, U]). */
export function inputDims(shape) {
  return shape.B === 1 ? [shape.T, 1, shape.F] : [shape.B, shape.T, shape.F];
}

export function encodeModel(weights, shape) {
  const { B, T, F, layers } = shape;
  const nodes = [];
  const initializers = [];
  const inputs = [valueInfo(11, 'x', inputDims(shape))];
  if (shape.kind === 'stream') inputs.push(valueInfo(11, 'h', [1, B, layers[0].units]));

  let value = 'x';
  let fan = F;
  let outputDims;
  if (B > 1) {
    nodes.push(node('Transpose', ['x'], ['x_time_major'], { perm: [1, 0, 2] }));
    value = 'x_time_major';
  }
  layers.forEach((layer, i) => {
    const { kernel, recurrent, bias } = weights[i];
    const U = layer.units;
    const isLast = i === layers.length - 1;
    if (layer.type === 'dense') {
      initializers.push(tensor(`V${i}`, [fan, U], kernel), tensor(`c${i}`, [U], bias));
      nodes.push(node('Gemm', [value, `V${i}`, `c${i}`], [isLast ? 'y' : `dense${i}`]));
      value = `dense${i}`;
      outputDims = [B, U];
    } else {
      const bothBiases = new Float32Array(2 * U);
      bothBiases.set(bias);
      initializers.push(
        tensor(`W${i}`, [1, U, fan], transpose(kernel, fan, U)),
        tensor(`R${i}`, [1, U, U], transpose(recurrent, U, U)),
        tensor(`b${i}`, [1, 2 * U], bothBiases),
      );
      const stream = shape.kind === 'stream';
      const direct = isLast && (!layer.returnSequences || B === 1); // the operator's own output is the graph's
      const output = direct ? 'y' : `rnn${i}`;
      nodes.push(
        node(
          'RNN',
          [value, `W${i}`, `R${i}`, `b${i}`, ...(stream ? ['', 'h'] : [])],
          layer.returnSequences ? [output] : ['', output],
          { hidden_size: U, direction: 'forward', activations: ['Tanh'] },
        ),
      );
      outputDims = layer.returnSequences ? [T, 1, B, U] : [1, B, U];
      if (isLast && !direct) {
        nodes.push(node('Transpose', [output], ['y'], { perm: [2, 0, 1, 3] }));
        outputDims = [B, T, 1, U];
      } else if (!isLast) {
        const axis = `axis${i}`; // Y is [T, 1, B, U], Y_h is [1, B, U]: drop the direction
        initializers.push(tensor(axis, [1], BigInt64Array.of(layer.returnSequences ? 1n : 0n)));
        nodes.push(node('Squeeze', [output, axis], [`squeezed${i}`]));
        value = `squeezed${i}`;
      }
    }
    fan = U;
  });

  return encodeGraph(shape.name, nodes, initializers, inputs, [valueInfo(12, 'y', outputDims)]);
}

/** The whole file. ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8 (OperatorSetIdProto: version 2). */
export function encodeGraph(name, nodes, initializers, inputs, outputs) {
  const graph = message(7, ...nodes, string(2, name), ...initializers, ...inputs, ...outputs);
  return Buffer.concat([int(1, 8), string(2, 'simple-rnn bench'), graph, message(8, int(2, 17))]);
}
