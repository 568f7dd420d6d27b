// One case: whether it is run at all, what came out, and whether that is what is expected.
import { differences } from './compare.mjs';
import { carryOut, unknownOf } from './errors.mjs';
import * as fit from './fit.mjs';
import * as functions from './functions.mjs';
import * as gradients from './gradients.mjs';
import * as layers from './layers.mjs';
import { library } from './make.mjs';
import { watched } from './read.mjs';
import { aboutTheSame } from './same_error.mjs';
import * as shapes from './shapes.mjs';
import * as training from './training.mjs';

const kinds = {
  ...layers.kinds,
  ...gradients.kinds,
  ...shapes.kinds,
  ...functions.kinds,
  ...training.kinds,
  ...fit.kinds,
};
const unknowns = { ...functions.unknowns, error: unknownOf };

/** Why a case is left out, by `applies`. */
const SKIPPED = {
  needs_gru_lstm: 'needs GRU and LSTM cells',
  tfjs_only_semantics: 'TensorFlow.js differs from Keras on purpose',
  keras_bug: 'Keras fails where it should work',
};
const RUN = ['in_scope', 'needs_custom_layer', 'needs_op_layers', 'keras_accepts', 'keras_drops_argument'];

/** What the runner does not know of a case, in a word, or null. */
function unknownPart({ kind, ...each }) {
  if (kind !== 'error' && !(kind in kinds)) return kind;
  const part = unknowns[kind]?.(each) ?? null;
  return part === null ? null : `${kind} (${part})`;
}

// Documented arguments that Keras drops: without them the numbers are Keras'.
function withoutDropped(config) {
  return JSON.parse(JSON.stringify(config), (_, value) => {
    const { class_name: name, config: own } = value ?? {};
    if (name === 'SimpleRNN' && own?.activity_regularizer)
      return { ...value, config: { ...own, activity_regularizer: null } };
    return value;
  });
}

const ERROR_KEYS = [
  'error_type',
  'message',
  'message_regex',
  'fails_at',
  'raised_inside_call',
  'not_checked_by_keras',
  'note',
];

// An error of ours by its message, any other with the place where it arose.
function inShort(error) {
  const lines = String(error?.stack ?? error).split('\n');
  return error instanceof library.SimpleRNNError ? `${error.name}: ${error.message}` : lines.slice(0, 3).join(' ');
}

// What was thrown and where, or null.
async function attempt(each, context) {
  if (each.kind === 'error') return await carryOut(each, context);
  try {
    await kinds[each.kind](each, context);
  } catch (error) {
    return { error, step: 'call', isEarly: false };
  }
  return null;
}

async function judgeError(each, context) {
  const { expected, applies } = each;
  const strange = Object.keys(expected).filter((key) => !ERROR_KEYS.includes(key));
  if (strange.length > 0) return [`the runner does not know ${strange.join(', ')}`];
  const thrown = await attempt(each, context);
  if (thrown === null) {
    const isFine = applies === 'keras_accepts' || expected.error_type === null;
    return isFine
      ? []
      : [`got no error, expected ${expected.error_type} ${expected.message ?? expected.message_regex ?? ''}`];
  }
  if (!(thrown.error instanceof library.SimpleRNNError))
    return [`not an error of the package: ${inShort(thrown.error)}`];
  if (applies === 'keras_accepts') return [];
  const found = aboutTheSame(each, thrown);
  return found === null ? [] : [found];
}

async function judgeAnswers(each, context, unread) {
  const answers = await kinds[each.kind](each, context);
  const found = differences(each.expected, answers, each.tolerance ?? { rtol: 0, atol: 0 });
  return [...found, ...unread().map((key) => `the runner did not use the input '${key}'`)];
}

// What callbacks say on the console is no part of the answers.
async function quietly(work) {
  const { log, warn } = console;
  console.log = () => {};
  console.warn = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { log, warn });
  }
}

async function run(each) {
  const { proxy, unread } = watched(each.inputs);
  const held = [];
  const context = { inputs: proxy, hold: (object) => held.push(object) };
  const before = library.memory().bytes;
  const expectsError = each.kind === 'error' || each.expected.error_type !== undefined;
  const found = [];
  try {
    found.push(...(await (expectsError ? judgeError(each, context) : judgeAnswers(each, context, unread))));
  } catch (error) {
    if (each.applies !== 'keras_accepts' || !(error instanceof library.SimpleRNNError))
      found.push(`got ${inShort(error)}`);
  }
  try {
    for (const object of held) object.dispose();
  } catch (error) {
    found.push(`dispose: ${inShort(error)}`);
  }
  const left = library.memory().bytes - before;
  return left === 0 ? found : [...found, `${left} bytes are held after dispose()`];
}

/** The verdict on a case: `passed`, `failed` with what differs, `skipped` or `unknown` with why. */
export async function judge(each) {
  const { applies = 'in_scope' } = each;
  if (applies in SKIPPED) return { verdict: 'skipped', why: `${applies}: ${SKIPPED[applies]}` };
  const part = RUN.includes(applies) ? unknownPart(each) : `applies: ${applies}`;
  if (part !== null) return { verdict: 'unknown', why: part };
  const config = applies === 'keras_drops_argument' ? withoutDropped(each.config) : each.config;
  const found = await quietly(() => run({ ...each, config }));
  return found.length === 0 ? { verdict: 'passed' } : { verdict: 'failed', found };
}
