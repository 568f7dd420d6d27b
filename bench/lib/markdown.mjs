// Cells and tables of a Markdown report.

export const number = (v) => {
  if (v === undefined || !Number.isFinite(v)) return '';
  return Math.abs(v) >= 100 ? v.toFixed(0) : String(Number(v.toPrecision(3)));
};
export const percent = (v) => (v === undefined || !Number.isFinite(v) ? '' : `${Math.round(100 * v)} %`);
export const kilobytes = (v) => (v / 1000).toFixed(v < 100000 ? 1 : 0);
export const mark = (met) => (met === undefined ? '' : met ? 'yes' : '**no**');

export function table(head, rows) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row), ''].join('\n');
}
export const section = (title, ...body) => [`### ${title}`, '', ...body].join('\n');
export const firstLine = (text) => text.split('\n')[0];
