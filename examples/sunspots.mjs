// Forecasts the sunspot number of the next year with a SimpleRNN that Keras trained.
//
//   node examples/sunspots.mjs
//
// The network saw the years up to 1950. It reads the 24 years before the one in question, oldest first,
// each as sqrt(sunspots) / 10, and answers in the same encoding (demo/public/data/README.md).
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadModel } from 'simple-rnn/io';

export const WINDOW = 24;
export const FIRST_TEST_YEAR = 1951;

const file = (path) => fileURLToPath(new URL(`../demo/public/${path}`, import.meta.url));

/** Sunspots of a year to what the network reads. */
export const encode = (sunspots) => Math.sqrt(sunspots) / 10;
/** What the network answers to sunspots of a year. */
export const decode = (z) => (10 * Math.max(z, 0)) ** 2;

/** The yearly series: `valueOf(year)` in mean sunspots of that year, from `firstYear` to `lastYear`. */
export async function loadSeries() {
  const { first_year: firstYear, values } = JSON.parse(await readFile(file('data/sunspots.json'), 'utf8'));
  return { firstYear, lastYear: firstYear + values.length - 1, valueOf: (year) => values[year - firstYear] };
}

/** The network, with its weights, as Keras saved it. */
export const loadNetwork = () => loadModel(file('models/sunspots.keras'));

/** Sunspots of the next year, from the 24 years before it (oldest first). */
export function forecast(model, years) {
  const x = { data: Float32Array.from(years, encode), shape: [1, WINDOW, 1] };
  return decode(model.predict(x).data[0]);
}

/** The 24 measured years before `year`. */
export const yearsBefore = (series, year) =>
  Array.from({ length: WINDOW }, (_, i) => series.valueOf(year - WINDOW + i));

/** One forecast for each year from `first` to `last`, each from measured years only. */
export function forecastYearByYear(model, series, first, last) {
  const years = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return years.map((year) => ({
    year,
    forecast: forecast(model, yearsBefore(series, year)),
    measured: series.valueOf(year),
  }));
}

/** `count` years in a row from `first` on: each forecast is taken for data by the next. */
export function forecastAlone(model, series, first, count) {
  const known = yearsBefore(series, first);
  return Array.from({ length: count }, (_, i) => {
    const year = first + i;
    const next = forecast(model, known.slice(-WINDOW));
    known.push(next);
    return { year, forecast: next, measured: series.valueOf(year) };
  });
}

/** Square root of the mean of the squared errors, in sunspots. */
export function rootMeanSquareError(rows, guess = (row) => row.forecast) {
  const sum = rows.reduce((total, row) => total + (guess(row) - row.measured) ** 2, 0);
  return Math.sqrt(sum / rows.length);
}

/** Median time of one forecast in microseconds, after a warm-up. */
export function medianMicroseconds(model, series, year, runs = 5000) {
  const x = { data: Float32Array.from(yearsBefore(series, year), encode), shape: [1, WINDOW, 1] };
  for (let i = 0; i < 500; i++) model.predict(x);
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    model.predict(x);
    times[i] = performance.now() - start;
  }
  return times.sort()[runs >> 1] * 1000;
}

/** Everything that there is to tell about the network's forecasts. */
export async function study() {
  const [series, model] = await Promise.all([loadSeries(), loadNetwork()]);
  const rows = forecastYearByYear(model, series, FIRST_TEST_YEAR, series.lastYear);
  const result = {
    rows,
    error: rootMeanSquareError(rows),
    errorOfLastValue: rootMeanSquareError(rows, ({ year }) => series.valueOf(year - 1)),
    errorOfElevenYearsAgo: rootMeanSquareError(rows, ({ year }) => series.valueOf(year - 11)),
    cycle1998: forecastAlone(model, series, 1998, 11),
    cycle2009: forecastAlone(model, series, 2009, 11),
    microseconds: medianMicroseconds(model, series, series.lastYear),
  };
  model.dispose();
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, error } = await study();
  for (const { year, forecast, measured } of rows) {
    console.log(`${year}  forecast ${forecast.toFixed(1).padStart(5)}  measured ${measured.toFixed(1).padStart(5)}`);
  }
  console.log(`root mean square error ${error.toFixed(2)} sunspots`);
}
