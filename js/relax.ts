/**
 * Makes the relaxed module of the strict one, in place: where a local or a constant is added to a product, which
 * tools/relax.mjs sees to, the instructions f32x4.mul, c, f32x4.add become c, f32x4.relaxed_madd and three nops.
 */
export function relax(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const are = (at: number, ...expected: number[]) => expected.every((byte, index) => bytes[at + index] === byte);
  for (let at = bytes.indexOf(0xfd); at >= 0; at = bytes.indexOf(0xfd, at + 1)) {
    if (!are(at, 0xfd, 0xe6, 1)) continue;
    let end = at + 3;
    if (bytes[end] === 0x20) while ((bytes[++end] as number) > 127);
    else if (are(end, 0xfd, 12)) end += 17;
    else continue;
    end += 1;
    if (!are(end, 0xfd, 0xe4, 1)) continue;
    bytes.copyWithin(at, at + 3, end);
    bytes.set([0xfd, 0x85, 2, 1, 1, 1], end - 3);
  }
  return bytes;
}
