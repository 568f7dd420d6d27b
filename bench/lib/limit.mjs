// What the wasm limit is for a shape's kind of work. A product whose weights serve several rows at a time is bound by
// the registers (multiply and add); one whose weights are read anew for a single row, as in the recurrence of batch 1,
// by reading memory: two flops per float32 read, at the speed for an array of the weights' size.
import { flops, products } from './shapes.mjs';

/** The sizes of array, in KiB, for which limits.mjs measures the reading speed. */
export const STREAM_KIB = [16, 256, 768, 4096, 16384, 131072];

/** [{ kind: 'registers' | 'memory', flops, bytes }], bytes: the array's size, as limits.mjs measures it. */
export function limitParts(shape) {
  const scale = shape.kind === 'train' ? 3 : 1;
  // One step of a stream reads all its weights, input kernel and recurrent kernel, one after the other.
  const whole = products(shape).reduce((sum, { bytes }) => sum + bytes, 0);
  return products(shape).map((product) => ({
    kind: product.rows > 1 ? 'registers' : 'memory',
    flops: scale * product.flops,
    bytes: 1024 * streamKib(shape.kind === 'stream' ? whole : product.bytes),
  }));
}

/** The smallest measured size that holds so many bytes. */
export function streamKib(bytes) {
  return STREAM_KIB.find((kib) => kib * 1024 >= bytes) ?? STREAM_KIB[STREAM_KIB.length - 1];
}

/** GFLOP/s that the shape could reach, from a line of limits.mjs: its parts by their flops. */
export function limitGflops(shape, line) {
  const nanoseconds = limitParts(shape).reduce((sum, part) => {
    const rate = part.kind === 'registers' ? line.gflops : line[`GBps_${part.bytes / 1024}KiB`] / 2;
    return sum + part.flops / rate;
  }, 0);
  return flops(shape) / nanoseconds;
}

/** What bounds the shape, for the report: 'registers', 'memory 256 KiB', or both. */
export function limitName(shape) {
  const names = limitParts(shape).map((p) => (p.kind === 'registers' ? 'registers' : `memory ${p.bytes / 1024} KiB`));
  return [...new Set(names)].join(' + ');
}
