import { ArgumentError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import type { BatchIterable } from '../training/data.js';
import type { ModelInput } from './model.js';
import { joined } from './predictor.js';

// Targets and weights may come with a batch.
function inputOf(batch: unknown): ModelInput {
  if (Array.isArray(batch)) return batch[0];
  const isObject = batch !== null && typeof batch === 'object' && !ArrayBuffer.isView(batch);
  return isObject && 'x' in batch ? (batch.x as ModelInput) : (batch as ModelInput);
}

/** The results for batches one after the other, at most `steps` of them; in between the event loop runs. */
export async function predictBatches(
  owner: string,
  iterable: BatchIterable,
  steps: number | null,
  predict: (x: ModelInput) => Tensor | Tensor[],
): Promise<Tensor | Tensor[]> {
  const parts: (Tensor | Tensor[])[] = [];
  if (steps !== 0) {
    for await (const batch of iterable) {
      parts.push(predict(inputOf(batch)));
      if (parts.length === steps) break;
    }
  }
  if (parts.length === 0) throw new ArgumentError(`${owner}: x: the iterable gave no batch`);
  const rows = parts.reduce((sum, part) => sum + ((part instanceof Tensor ? part : part[0])?.shape[0] ?? 0), 0);
  return joined(parts, rows);
}
