import type { Layer } from '../layers/layer.js';
import { checkInteger, checkOptions, isCallable, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** Options of `summary`. */
export interface SummaryOptions {
  /** Is handed the whole text; default `console.log`. */
  printFn?: (text: string) => void;
  /**
   * Width of the table in characters; default 88, for a graph with several branches 108, or the terminal's width less 4
   * if that is narrower.
   */
  lineLength?: number;
}

/** One layer of the table. */
export interface SummaryRow {
  layer: Layer;
  /** Null while it is not known. */
  outputShape: Shape | Shape[] | null;
  /** Of a graph: what each application of the layer is given. */
  connections?: readonly string[];
}

interface Form {
  header: readonly string[];
  /** Where each column ends, as a share of the whole width. */
  positions: readonly number[];
  /** What borders and padding take from each column. */
  taken: readonly number[];
  width: number;
  leastWidth: number;
}

const LINE: Form = {
  header: ['Layer (type)', 'Output Shape', 'Param #'],
  positions: [0.45, 0.8, 1],
  taken: [3, 4, 3],
  width: 88,
  leastWidth: 24,
};
const GRAPH: Form = {
  header: [...LINE.header, 'Connected to'],
  positions: [0.3, 0.56, 0.74, 1],
  taken: [3, 3, 4, 3],
  width: 108,
  leastWidth: 36,
};

function defaultWidth({ width, leastWidth }: Form): number {
  const terminal = (globalThis as { process?: { stdout?: { columns?: number } } }).process?.stdout?.columns;
  return Math.max(leastWidth, Math.min(width, (terminal ?? 80) - 4));
}

// Breaks at spaces; a word that is too long ends in an ellipsis.
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each) => (each.length > width ? `${each.slice(0, width - 1)}…` : each));
}

function tableRow(cells: readonly string[], widths: readonly number[], border: string): string[] {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] as number));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, index) => {
    const parts = wrapped.map((lines, column) => {
      const text = lines[index] ?? '';
      const width = widths[column] as number;
      return column === 2 ? text.padStart(width) : text.padEnd(width);
    });
    return `${border} ${parts.join(` ${border} `)} ${border}`;
  });
}

function rule(
  widths: readonly number[],
  [left, line, cross, right]: readonly [string, string, string, string],
): string {
  return left + widths.map((width) => line.repeat(width + 2)).join(cross) + right;
}

function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function readableBytes(bytes: number): string {
  let size = bytes;
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size.toFixed(2)} ${units[unit]}`;
}

function shapeText(shape: Shape | Shape[] | null): string {
  if (shape === null) return '?';
  if (Array.isArray(shape[0])) return `[${(shape as Shape[]).map(sizes).join(', ')}]`;
  return sizes(shape as Shape);
}

function sizes(shape: Shape): string {
  return shape.length === 1 ? `(${showShape(shape).slice(1, -2)})` : showShape(shape);
}

function total(name: string, count: number, extraBytes = 0): string {
  return ` ${name}: ${withCommas(count)} (${readableBytes(4 * count + extraBytes)})`;
}

/**
 * The table that Keras prints; with the column of connections for a graph that is no line.
 * @param optimizer Numbers that the optimizer holds; 0 for none.
 */
export function renderSummary(
  model: Layer,
  rows: readonly SummaryRow[],
  optimizer: number,
  options?: SummaryOptions,
): string {
  const { name } = model;
  const owner = `${model.owner}: summary`;
  const { printFn, lineLength } = checkOptions(owner, options, ['printFn', 'lineLength']);
  if (printFn !== undefined && !isCallable(printFn)) {
    throw new ArgumentError(`${owner}: \`printFn\` must be a function, received ${show(printFn)}`);
  }
  const form = rows.some(({ connections }) => connections !== undefined) ? GRAPH : LINE;
  const width =
    lineLength === undefined
      ? defaultWidth(form)
      : checkInteger(owner, 'lineLength', lineLength, form.leastWidth, 1000);
  const ends = form.positions.map((position) => Math.floor(position * width));
  const widths = ends.map((end, column) => end - (ends[column - 1] ?? 0) - (form.taken[column] as number));
  const lines = [`Model: "${name}"`, rule(widths, ['┏', '━', '┳', '┓']), ...tableRow(form.header, widths, '┃')];
  lines.push(rule(widths, ['┡', '━', '╇', '┩']));
  rows.forEach(({ layer, outputShape, connections }, index) => {
    if (index > 0) lines.push(rule(widths, ['├', '─', '┼', '┤']));
    const count = layer.built ? withCommas(layer.countParams()) : '0 (unbuilt)';
    const cells = [`${layer.name} (${layer.className})`, shapeText(outputShape), count];
    if (form === GRAPH) cells.push(connections?.join(', ') || '-');
    lines.push(...tableRow(cells, widths, '│'));
  });
  lines.push(rule(widths, ['└', '─', '┴', '┘']));
  const count = (weights: readonly { size: number }[]) => weights.reduce((sum, { size }) => sum + size, 0);
  const trainable = count(model.trainableWeights);
  const frozen = count(model.nonTrainableWeights);
  // Keras counts the iteration with 8 bytes.
  const extra = optimizer > 0 ? 4 : 0;
  lines.push(total('Total params', trainable + frozen + optimizer, extra), total('Trainable params', trainable));
  lines.push(total('Non-trainable params', frozen));
  if (optimizer > 0) lines.push(total('Optimizer params', optimizer, extra));
  const text = lines.join('\n');
  if (printFn === undefined) console.log(text);
  else printFn(text);
  return text;
}
