/** One line of an axis: where it is, and what is written there. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Round numbers of `from`..`to`, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(from: number, to: number, count: number): Tick[] {
  const span = to - from;
  if (!(span > 0)) return [{ value: from, label: plain(from) }];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: Tick[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    ticks.push({ value: i * step, label: plain(i * step) });
  }
  return ticks;
}

/** Powers of ten of `from`..`to` (both above 0), every second or third one where there are many. */
export function powerTicks(from: number, to: number, count: number): Tick[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, count)));
  const ticks: Tick[] = [];
  for (let power = last; power >= first; power -= every) {
    ticks.unshift({
      value: 10 ** power,
      label: Math.abs(power) > 3 ? `1e${power}`.replace('-', '−') : plain(10 ** power),
    });
  }
  return ticks;
}

/** Round numbers on a log scale of `from`..`to`, about `count`: powers of ten, or in a short range 2 and 5 of them, too. */
export function logTicks(from: number, to: number, count: number): Tick[] {
  if (Math.log10(to / from) >= Math.max(2, count - 1)) return powerTicks(from, to, count);
  const ticks: Tick[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    for (const factor of [1, 2, 5]) {
      const value = Number((factor * power).toPrecision(3));
      if (value >= from && value <= to) ticks.push({ value, label: plain(value) });
    }
  }
  // in a very short range none may lie
  return ticks.length > 1 ? thinned(ticks, count) : linearTicks(from, to, count);
}

/** Every second or third one where there are too many, the last one kept. */
function thinned(ticks: readonly Tick[], count: number): Tick[] {
  const every = Math.ceil(ticks.length / Math.max(1, count));
  return ticks.filter((_, i) => (ticks.length - 1 - i) % every === 0);
}

/** A number with no more digits than it needs. */
export const plain = (value: number) =>
  (Math.abs(value) >= 1e4 ? value.toLocaleString('en') : String(Number(value.toPrecision(6)))).replace('-', '−');
