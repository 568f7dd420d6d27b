// What `npm start` tells about the sunspot forecasts, as lines of at most 80 columns.
import { key, painter, plot } from './start_plot.mjs';

/** `result` as `study()` of examples/sunspots.mjs gives it; `stream` decides whether there is colour. */
export function report(result, stream) {
  const paint = painter(stream);
  const { rows, cycle1998, cycle2009 } = result;
  const alone = cycle2009.map(({ year, forecast }) => ({ year, forecast }));
  return [
    '',
    paint.bold('  Sunspots of the next year, forecast by a SimpleRNN that Keras trained'),
    paint.dim(
      `  ${rows[0].year}–${rows.at(-1).year} one year at a time from real data, then ${alone.length} years on its own`,
    ),
    '',
    ...plot([...rows, ...alone], { paint }),
    `      ${key(paint)}`,
    '',
    paint.bold(`  Root mean square error ${rows[0].year}–${rows.at(-1).year}, in sunspots`),
    `    this network             ${paint.bold(number(result.error, 2))}`,
    `    the value of last year   ${number(result.errorOfLastValue, 2)}`,
    `    the value 11 years ago   ${number(result.errorOfElevenYearsAgo, 2)}`,
    '',
    ...cycle('1998–2008 on its own, from the 24 years before', cycle1998, paint),
    '',
    ...cycle('2009–2019 on its own, beyond the data', cycle2009, paint),
    '',
    `  One forecast (24 steps, 12 units) takes ${result.microseconds.toFixed(1)} µs (median).`,
  ];
}

const number = (value, digits, width = 6) => value.toFixed(digits).padStart(width);

/** `result` as `learn()` of start_training.mjs gives it. */
export function learningReport({ steps, looks, error, figure, milliseconds }, stream) {
  const paint = painter(stream);
  const { keras, kerasRange, goal } = figure;
  const line = (label, cell) => `    ${label.padEnd(14)}${looks.map(cell).join('')}`;
  return [
    '',
    paint.bold(`  The same network from random weights: ${steps} steps in ${(milliseconds / 1000).toFixed(2)} s`),
    paint.dim(line('step', ({ step }) => String(step).padStart(8))),
    line('error to 1950', ({ training }) => number(training, 2, 8)),
    line('from 1951 on', ({ test }) => paint.forecast(number(test, 2, 8))),
    '',
    `    from 1951 on, here       ${paint.bold(number(error, 2))}`,
    `    Keras' run above         ${number(keras, 2)}   (ten runs of Keras: ${kerasRange.join(' to ')})`,
    `    AR(9), linear            ${number(goal, 2)}`,
  ];
}

/** Years, forecasts and, where there are any, measured values as three rows of a table. */
function cycle(title, rows, paint) {
  const line = (label, cell) => `    ${label.padEnd(9)}${rows.map(cell).join('')}`;
  const measured = rows.some((row) => row.measured !== undefined);
  return [
    paint.bold(`  ${title}`),
    paint.dim(line('year', ({ year }) => String(year).padStart(6))),
    line('forecast', ({ forecast }) => paint.forecast(number(forecast, 1))),
    ...(measured ? [line('measured', (row) => paint.measured(number(row.measured, 1)))] : []),
  ];
}
