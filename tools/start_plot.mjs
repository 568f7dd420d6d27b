// A plot for the terminal: measured years as columns, forecasts as marks on top of them.

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MARK = '●';
const MARK_ALONE = '○';

/** Painters for a stream; plain text where it is no terminal or NO_COLOR is set. */
export function painter(stream) {
  const colour = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint('1'), dim: paint('2'), measured: paint('38;5;67'), forecast: paint('38;5;208') };
}

/**
 * `rows`: { year, measured?, forecast }, one column each; a row without `measured` gets the mark of a
 * forecast that stands alone. `height` in lines. Gives the lines of the plot, `rows.length + 6` wide.
 */
export function plot(rows, { height = 14, paint, step = 50 } = {}) {
  const top = step * Math.ceil(Math.max(...rows.flatMap((r) => [r.measured ?? 0, r.forecast])) / step);
  const eighths = (value) => Math.round((value / top) * height * 8);
  const lineOf = (value) => Math.min(height - 1, Math.floor((value / top) * height));
  const lines = [];
  for (let line = height - 1; line >= 0; line--) {
    const label = Array.from({ length: top / step + 1 }, (_, i) => i * step).find((v) => lineOf(v) === line);
    const axis = label === undefined ? '     │' : `${String(label).padStart(4)} ┤`;
    lines.push(paint.dim(axis) + rows.map((row) => mark(row, line, { eighths, lineOf, paint })).join(''));
  }
  lines.push(paint.dim(`     └${'─'.repeat(rows.length)}`), paint.dim(`      ${yearLabels(rows)}`));
  return lines;
}

function mark({ measured, forecast }, line, { eighths, lineOf, paint }) {
  if (lineOf(forecast) === line) return paint.forecast(measured === undefined ? MARK_ALONE : MARK);
  const filled = measured === undefined ? 0 : eighths(measured) - line * 8;
  return filled <= 0 ? ' ' : paint.measured(EIGHTHS[Math.min(8, filled)]);
}

/** A year under the first column of each decade. */
function yearLabels(rows) {
  let text = '';
  rows.forEach(({ year }, column) => {
    if (year % 10 === 0 && column + 4 <= rows.length) text = text.padEnd(column) + year;
  });
  return text;
}

/** What the marks mean, in one line. */
export const key = (paint) =>
  `${paint.measured('█')} measured   ${paint.forecast(MARK)} forecast from the 24 years before   ` +
  `${paint.forecast(MARK_ALONE)} on its own`;
