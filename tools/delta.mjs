// The relaxed module as a list of differences from the strict one, a tenth of its size: gzip's window does not see
// the twin. js/patch.ts puts it together again.
//
// A delta is the target's length, then a sequence of { insert, ...bytes, copy, offset }, whole numbers as LEB128:
// `insert` new bytes that follow, then `copy` bytes of the original from `offset` on, counted (zigzag) from the end
// of the copy before.

const WINDOW = 6;
const ENOUGH = 32;

function leb128(value, out) {
  for (; value > 127; value = Math.floor(value / 128)) out.push((value & 127) | 128);
  out.push(value);
}

/** How many bytes agree from the two positions on. */
function agreement(a, i, b, j) {
  let length = 0;
  while (i + length < a.length && j + length < b.length && a[i + length] === b[j + length]) length += 1;
  return length;
}

/** Every window of the original and where it stands. */
function index(original) {
  const places = new Map();
  for (let at = 0; at + WINDOW <= original.length; at += 1) {
    const key = original.toString('latin1', at, at + WINDOW);
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(at);
  }
  return places;
}

/** The longest run of the original that agrees with `target` at `to`; where the last copy went on is tried first. */
function longest(original, places, target, to, next) {
  let best = { offset: next, length: agreement(original, next, target, to) };
  if (best.length >= ENOUGH) return best;
  for (const offset of places.get(target.toString('latin1', to, to + WINDOW)) ?? []) {
    const length = agreement(original, offset, target, to);
    // a jump costs two or three bytes more than going on
    if (length > best.length + 3) best = { offset, length };
  }
  return best;
}

/** The differences that make `target` of `original`; both Buffers. */
export function delta(original, target) {
  const places = index(original);
  const out = [];
  leb128(target.length, out);
  let inserted = [];
  let next = 0;
  for (let to = 0; to < target.length; ) {
    const { offset, length } = longest(original, places, target, to, next);
    if (length < 4) {
      inserted.push(target[to]);
      to += 1;
      next += 1;
      continue;
    }
    leb128(inserted.length, out);
    out.push(...inserted);
    leb128(length, out);
    const jump = offset - (next - inserted.length);
    leb128(jump < 0 ? -2 * jump - 1 : 2 * jump, out);
    inserted = [];
    next = offset + length;
    to += length;
  }
  if (inserted.length > 0) {
    leb128(inserted.length, out);
    out.push(...inserted);
  }
  return Buffer.from(out);
}
