// Not a library: the multiply-adds of a shape at the speed of light, that is, as many of them in the loops of
// lib/wasm_loops.mjs, taking turns with the peers. It computes nothing that could be compared.
import { limitParts } from '../lib/limit.mjs';
import { hasRelaxed, makeLoops, TURN_BYTES, TURN_FLOPS } from '../lib/wasm_loops.mjs';

export const versions = () => ({ node: process.version });

/** The harness compares no output with the reference. */
export const isLimit = true;

export async function setup(_weights, shape) {
  const { registers, stream } = makeLoops(process.env.SIMD !== 'strict' && hasRelaxed());
  const parts = limitParts(shape);
  return {
    /** As much work as n runs. */
    runMany(n) {
      for (const { kind, flops, bytes } of parts) {
        const turns = Math.max(1, Math.round((n * flops) / TURN_FLOPS));
        if (kind === 'registers') registers(turns);
        else {
          const turnsPerPass = Math.min(turns, Math.floor(bytes / TURN_BYTES));
          stream(Math.max(1, Math.round(turns / turnsPerPass)), turnsPerPass * TURN_BYTES);
        }
      }
    },
  };
}
