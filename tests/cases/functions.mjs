// Kinds about functions that stand alone: activations, initializers, regularizers, constraints, and their names.
import { exactly, isClose, short } from './compare.mjs';
import { familyOf, isModule, library, lookUp, make } from './make.mjs';
import { camelKeys, numbers } from './read.mjs';

const { activations, initializers } = library;

function activation({ config }, { inputs }) {
  return { y: activations.get(config.function)(numbers(inputs.x), camelKeys(numbers(config.args))) };
}

function columnsOf({ data, shape }) {
  const columns = shape.at(-1);
  return Array.from({ length: columns }, (_, column) => data.filter((_, at) => at % columns === column));
}

function rowsOf({ data, shape }) {
  const columns = shape.at(-1);
  return Array.from({ length: data.length / columns }, (_, row) => data.slice(row * columns, (row + 1) * columns));
}

const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const norms = (vectors) => vectors.map((vector) => Math.sqrt(dot(vector, vector)));
const products = (vectors) => vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => dot(a, b)));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const STATISTICS = {
  min: ({ data }) => [Math.min(...data)],
  max: ({ data }) => [Math.max(...data)],
  mean: ({ data }) => [mean(data)],
  std: ({ data }) => [Math.sqrt(mean(data.map((value) => (value - mean(data)) ** 2)))],
  shape: ({ shape }) => shape,
  column_norms: (tensor) => norms(columnsOf(tensor)),
  row_norms: (tensor) => norms(rowsOf(tensor)),
  column_dot_products: (tensor) => products(columnsOf(tensor)),
  row_dot_products: (tensor) => products(rowsOf(tensor)),
};

const slack = (value, { rtol, atol }) => atol + rtol * Math.abs(value);
const RELATIONS = {
  ge: (got, bound, tolerance) => got >= bound - slack(bound, tolerance),
  gt: (got, bound) => got > bound,
  le: (got, bound, tolerance) => got <= bound + slack(bound, tolerance),
  lt: (got, bound) => got < bound,
};

/** A statistic and how it stands to the value: `max_lt` for the largest element below it, `column_norms` equal to it. */
function property(key, tensor) {
  const [, name, relation] = /^(.*?)(?:_(ge|gt|le|lt))?$/.exec(key);
  if (!(name in STATISTICS)) return null;
  const got = STATISTICS[name](tensor);
  const holds = RELATIONS[relation] ?? isClose;
  return (expected, tolerance) => {
    const wanted = Array.isArray(expected) ? expected : got.map(() => expected);
    if (wanted.length !== got.length) return `${got.length} values, expected ${wanted.length}`;
    const at = got.findIndex((value, index) => !holds(value, wanted[index], tolerance));
    return at < 0 ? null : `value ${at}: got ${got[at]}, expected ${relation ?? ''} ${wanted[at]}`;
  };
}

/** An answer for every expected key that names a property. */
function properties({ expected }, tensor) {
  const known = Object.keys(expected).map((key) => [key, property(key, tensor)]);
  return Object.fromEntries(known.filter(([, check]) => check !== null));
}

function fans({ config }) {
  const axes = { inputAxes: config.input_axes, outputAxes: config.output_axes };
  const [fanIn, fanOut] = initializers.computeFans(config.shape, axes);
  return { fan_in: fanIn, fan_out: fanOut };
}

function identifier({ config }) {
  const found = lookUp(config);
  const name = config.module === 'activations' ? activations.serialize(found) : (found?.className ?? null);
  return { resolves_to: exactly(name) };
}

// What Keras loses and is kept here; it follows after Keras' own keys.
const KEPT = ['seed', 'gain'];

/** Whether a configuration is Keras', key by key in Keras' order; numbers within 1e-6 relative. */
function configMismatch(got, expected, path) {
  if (typeof expected === 'number') {
    return typeof got === 'number' && isClose(got, expected, { rtol: 1e-6, atol: 0 })
      ? null
      : differ(path, got, expected);
  }
  if (expected === null || typeof expected !== 'object') return got === expected ? null : differ(path, got, expected);
  if (got === null || typeof got !== 'object' || Array.isArray(got) !== Array.isArray(expected)) {
    return differ(path, got, expected);
  }
  const keys = Object.keys(expected);
  const own = Object.keys(got);
  const more = own.slice(keys.length);
  if (keys.some((key, index) => key !== own[index]) || more.some((key) => !KEPT.includes(key))) {
    return `${path}: keys ${own.join(', ')}; expected ${keys.join(', ')}`;
  }
  return keys.map((key) => configMismatch(got[key], expected[key], `${path}.${key}`)).find(Boolean) ?? null;
}

/** An answer that must be Keras' configuration. */
export const sameConfig = (got, name) => (expected) => configMismatch(got, expected, name);

const differ = (path, got, expected) => `${path}: got ${short(got)}, expected ${short(expected)}`;

function getConfig({ config }, { hold }) {
  const got = make(config, hold).getConfig();
  return {
    config: sameConfig(got, config.class_name),
    keys_present: (expected) => {
      const missing = expected.filter((key) => !(key in got));
      return missing.length === 0 ? null : `not there: ${missing.join(', ')}`;
    },
  };
}

const ofClass = (each) => (familyOf(each.config.class_name) === null ? each.config.class_name : null);

/** What the runner does not know of a case, or null. */
export const unknowns = {
  get_config: ofClass,
  identifier: ({ config }) => (isModule(config.module) ? null : config.module),
};

export const kinds = {
  activation,
  identifier,
  get_config: getConfig,
  initializer_value: ({ config }, { inputs }) => ({ value: make(config)(inputs.shape) }),
  initializer_property: (each, { inputs }) => properties(each, make(each.config)(inputs.shape)),
  fans,
  regularizer: ({ config }, { inputs }) => ({ value: make(config)(numbers(inputs.x)) }),
  constraint: ({ config }, { inputs }) => ({ w: make(config)(numbers(inputs.w)) }),
  constraint_property: (each, { inputs }) => properties(each, make(each.config)(numbers(inputs.w))),
};
