/**
 * Makes the target of a delta (tools/delta.mjs gives the format) from the original.
 * Both come from the package itself and are trusted.
 */
export function patch(original: Uint8Array, delta: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 0;
  const next = (): number => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = delta[at++] as number;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const target = new Uint8Array(next());
  let to = 0;
  let from = 0;
  const append = (source: Uint8Array, start: number, count: number): number => {
    target.set(source.subarray(start, start + count), to);
    to += count;
    return start + count;
  };
  while (to < target.length) {
    const inserted = next();
    at = append(delta, at, inserted);
    if (to === target.length) break;
    const copied = next();
    const jump = next();
    from = append(original, from + (jump % 2 === 1 ? -(jump + 1) / 2 : jump / 2), copied);
  }
  return target;
}
