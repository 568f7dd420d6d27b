/** Rows of `to` become those of `from` where the mask says so. */
export function takeRows(to: Float32Array, from: Float32Array, uses: (sample: number) => boolean, batch: number): void {
  const width = to.length / batch;
  for (let sample = 0; sample < batch; sample += 1) {
    if (uses(sample)) to.set(from.subarray(sample * width, (sample + 1) * width), sample * width);
  }
}

/** Some rows, zeros in the places of the others. */
export function someRows(rows: Float32Array, isOne: (sample: number) => boolean, batch: number): Float32Array {
  const some = new Float32Array(rows.length);
  takeRows(some, rows, isOne, batch);
  return some;
}

/** Copies one step [batch, width] out of [batch, steps, width], or into it. */
export function copyStep(
  one: Float32Array,
  all: Float32Array,
  step: number,
  steps: number,
  batch: number,
  direction: 'take' | 'put',
): void {
  const width = one.length / batch;
  for (let sample = 0; sample < batch; sample += 1) {
    const place = (sample * steps + step) * width;
    if (direction === 'put') all.set(one.subarray(sample * width, (sample + 1) * width), place);
    else one.set(all.subarray(place, place + width), sample * width);
  }
}
