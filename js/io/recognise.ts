// Which format a file is in, by its content alone: names and types lie.
import { ModelFormatError, type SimpleRNNError, UnsupportedError } from '../runtime/errors.js';
import { isHdf5 } from './hdf5_check.js';
import type { SourceBytes } from './read_bytes.js';

const READABLE = "What can be read: Keras' .keras (model.save('model.keras')).";

/** Returns if the file is a zip archive; anything else is refused by the name of what was found. */
export function recogniseZip({ bytes, name }: SourceBytes): void {
  if (bytes.byteLength === 0) throw new ModelFormatError(`loadModel: ${name} is empty. ${READABLE}`);
  if (startsWith(bytes, 'PK\x03\x04') || startsWith(bytes, 'PK\x05\x06')) return;
  throw formatError(bytes, name);
}

/** The refusal of a zip archive that is no .keras file, by the names in it. */
export function foreignZip(names: string[], name: string): SimpleRNNError {
  if (names.some((entry) => entry.endsWith('data.pkl')))
    return unsupported(name, "a PyTorch file, which holds Python's pickles");
  if (names.length > 0 && names.every((entry) => entry.endsWith('.npy'))) return unsupported(name, "NumPy's .npz");
  return new ModelFormatError(
    `loadModel: ${name} is a zip archive without config.json, so not a .keras file. ${READABLE}`,
  );
}

function formatError(bytes: Uint8Array, name: string): SimpleRNNError {
  const known = modelFormat(bytes);
  if (known !== null) return unsupported(name, known);
  const other = foreignFormat(bytes);
  if (other === 'an HTML page') {
    return new ModelFormatError(
      `loadModel: ${name} is an HTML page: the server has no such file and answered with a page. Check the address.`,
    );
  }
  return new ModelFormatError(`loadModel: ${name} is ${other ?? 'not a known model file'}. ${READABLE}`);
}

function unsupported(name: string, found: string): UnsupportedError {
  return new UnsupportedError(`loadModel: ${name} is ${found}, which is not read. ${READABLE}`);
}

/** The model formats of others. */
function modelFormat(bytes: Uint8Array): string | null {
  if (isHdf5(bytes)) return "an HDF5 file (Keras' .h5 or .weights.h5)";
  if (startsWith(bytes, '\x93NUMPY')) return "NumPy's .npy";
  if (bytes[0] === 0x80 && (bytes[1] as number) >= 2 && (bytes[1] as number) <= 5) {
    return 'a Python pickle, which is a program and no data';
  }
  if (isSafetensors(bytes)) return 'a safetensors file';
  if (startsWith(bytes, '\x08\x01\x12')) return "TensorFlow's SavedModel";
  // Protobuf: ir_version, then producer_name, graph or opset_import.
  if (bytes[0] === 0x08 && (bytes[1] as number) <= 20 && [0x12, 0x3a, 0x42].includes(bytes[2] as number)) {
    return 'an ONNX model';
  }
  const text = head(bytes);
  if (/^\s*\{/.test(text) && /"(modelTopology|weightsManifest)"/.test(text)) return 'a TensorFlow.js model.json';
  if (/^\s*\{/.test(text) && /"class_name"/.test(text))
    return "the JSON of a Keras model's architecture, without weights";
  return null;
}

/** Files that are no models at all. */
function foreignFormat(bytes: Uint8Array): string | null {
  if (/^\ufeff?\s*(<!--.*?-->\s*)*<(!doctype html|html|head)/is.test(head(bytes))) return 'an HTML page';
  if (startsWith(bytes, '\x89PNG')) return 'a PNG picture';
  if (startsWith(bytes, '\xff\xd8\xff')) return 'a JPEG picture';
  if (startsWith(bytes, '\x1f\x8b')) return 'a gzip file; unpack it first';
  if (startsWith(bytes, '%PDF')) return 'a PDF document';
  if (startsWith(bytes, '\0asm')) return 'a WebAssembly module';
  if (startsWith(bytes, 'version https://git-lfs')) return 'a Git LFS pointer in place of the file';
  if (/^\s*[{[]/.test(head(bytes))) return 'a JSON text, but not of a model';
  return null;
}

function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 10 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getUint32(4, true) === 0 && view.getUint32(0, true) + 8 <= bytes.byteLength;
}

function startsWith(bytes: Uint8Array, letters: string): boolean {
  for (let i = 0; i < letters.length; i++) if (bytes[i] !== letters.charCodeAt(i)) return false;
  return true;
}

function head(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 4096));
}
