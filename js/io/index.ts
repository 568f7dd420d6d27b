// Model files: `import { loadModel } from 'simple-rnn/io'`.
import type { Functional } from '../models/functional.js';
import type { Sequential } from '../models/sequential.js';
import { checkBoolean, checkOptions } from '../runtime/check.js';
import { provide, provided } from '../runtime/module.js';
import { readKerasFile } from './keras_file.js';
import type { ModelSource } from './read_bytes.js';
import { readSource } from './read_source.js';
import { foreignZip, recogniseZip } from './recognise.js';
import { Zip } from './zip.js';

export type { ModelSource } from './read_bytes.js';

/** Options of {@link loadModel}. */
export interface LoadOptions {
  /**
   * Whether to check and keep the training configuration (`model.compileConfig`); default true. With false a model
   * can be read that was trained with a loss, metric or optimizer of its author's own.
   */
  compile?: boolean;
}

/**
 * Reads a model that Keras saved as `.keras` (Keras 3, and Keras 2 from 2.12 on). The format is recognised by the
 * content, not by the name. A file is data: nothing in it is ever run.
 *
 * Limits: 1 GB unpacked, 1,024 entries, 4 MB and 64 levels of JSON, 20,000 objects and 2^25 numbers per array in
 * the weights. Follows https://keras.io/api/models/model_saving_apis/model_saving_and_loading/.
 *
 * @param source A path (Node) or URL, a File or Blob, an ArrayBuffer or a typed array; bytes are copied.
 * @returns the model, ready to predict. Its `dispose()` frees its memory.
 * @throws {ArgumentError} if the source cannot be read, {ModelFormatError} if the file is damaged, not a model, or
 * holds classes of the author's own, {UnsupportedError} for formats and models that are not offered,
 * {OutOfMemoryError}. Nothing stays behind then.
 *
 * @example const model = await loadModel('sunspots.keras');
 */
export async function loadModel(source: ModelSource, options: LoadOptions = {}): Promise<Sequential | Functional> {
  const { compile = true } = checkOptions('loadModel', options, ['compile']);
  checkBoolean('loadModel', 'compile', compile);
  const read = await readSource(source);
  recogniseZip(read);
  const archive = new Zip(read.bytes);
  if (!archive.has('config.json')) throw foreignZip(archive.names, read.name);
  if (!provided()) provide((await import('../bytes.js')).inlined);
  return readKerasFile(archive, compile);
}
