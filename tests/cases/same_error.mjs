// Whether an error of ours is about the same thing as the one that a case expects.
import { shapeOf } from './read.mjs';

/**
 * A message without what belongs to Python or to the moment: quotes, the numbers of automatic names, `(3,)` for `(3)`,
 * `None` for `null`, `1.0` for `1`, the spelling of options, case and spaces.
 */
export function plain(text) {
  return text
    .replace(/[`'"]/g, '')
    .replace(/\b([A-Za-z]+(?:_[a-z]+)*)_\d+\b/g, '$1')
    .replace(/\bNone\b/g, 'null')
    .replace(/(\d),\)/g, '$1)')
    .replace(/\b(\d+)\.0\b/g, '$1')
    .toLowerCase()
    .replace(/_/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const mentions = (message, word) => plain(message).includes(plain(String(word)));

// Where Python prints an object, a class or a dictionary there is nothing to compare; what stands around it is.
const PYTHON_VALUE = /<[^>]*>|\{'[^}]*\}|\['[^\]]*\]| for input Tensor\(.*?\) with name '\w*' and path '\w*'/;

// Words of Python's, or of its libraries', run time.
const RUN_TIME =
  /keras\.src|not supported between|positional argument|as a dict|Matrix size-incompatible|PyTreeSpec|TensorArray/;

// Within `fit` Keras does not know the size of a batch.
const anyBatch = (text) => text.replace(/\((?:None|\d+), /g, '(None, ');

function saysTheSame(ours, keras) {
  const parts = keras.split(PYTHON_VALUE).filter((part) => /[a-z]{3}/i.test(part));
  const keys = [...keras.matchAll(/[{,] *'(\w+)':/g)].map(([, key]) => key);
  return parts.length > 0 && [...parts, ...keys].every((part) => mentions(ours, part.replace(/^\W+|[\s:=.(]+$/g, '')));
}

/** Options of a configuration and of what it holds, with their values: `[['units', 0], …]`. */
function optionsOf(config) {
  if (config === null || typeof config !== 'object') return [];
  return Object.entries(config).flatMap(([key, value]) => {
    if (key === 'class_name' || key === 'name') return [];
    return key === 'config' || Array.isArray(config) ? optionsOf(value) : [[key, value], ...optionsOf(value)];
  });
}

const isMentioned = (message, value) =>
  value !== null && typeof value === 'object'
    ? [value].flat().some((each) => mentions(message, each?.class_name ?? each))
    : mentions(message, value);

/** Whether an option of the case is named together with its value. */
function namesOption({ config }, message) {
  return optionsOf(config.config ?? config.model ?? config).some(
    ([key, value]) => mentions(message, key) && isMentioned(message, value),
  );
}

/** The words that an error about a call cannot do without, by what is wrong with the call; `a|b` is either. */
function wordsOfCall({ config, inputs = {} }, step) {
  const shape = inputs.x_shape ?? inputs.call_shape ?? shapeOf(inputs.x);
  if (step === 'set_weights') return ['weight'];
  if (step === 'fit' && config.x_shape !== undefined) return ['input', config.x_shape.at(-1)];
  if (step === 'fit' && config.y_shape !== undefined) return ['shape', config.y_shape.at(-1)];
  if (step === 'reset_state') return ['stateful'];
  if (step === 'call_other_feature_size') return ['inputs', shapeOf(inputs.x_other).at(-1)];
  if (step === 'call_other_batch_size') return ['batch', inputs.x_other.length];
  if (step === 'predict') return ['inputs', 'received|got', 2, 1];
  if ('initial_state' in inputs || 'initial_state_count' in inputs) return ['state'];
  if ('mask' in inputs || 'mask_shape' in inputs) return ['mask'];
  if (shape.includes(0)) return ['inputs', 'step|axis 1', 0];
  return shape.length === 2 ? ['ndim|dimensions'] : [];
}

/** What an error must be about whose words are not Keras' own; what is missing, or null. */
function missingSubject(each, { error, step }) {
  const { message } = error;
  const { identifier } = each.config;
  if (identifier !== undefined) return mentions(message, identifier) ? null : `does not name '${identifier}'`;
  if (step === 'construct' || step === 'build') {
    return namesOption(each, message) ? null : 'names no option of the case with its value';
  }
  const words = wordsOfCall(each, step).map((word) => String(word).split('|'));
  const missing = words.filter((choices) => !choices.some((word) => mentions(message, word)));
  if (missing.length > 0) return `does not say ${missing.map((choices) => choices[0]).join(', ')}`;
  return words.length > 0 || namesOption(each, message) ? null : 'names no option of the case with its value';
}

/**
 * What is wrong with an error of ours, in words, or null. It must name the layer, if it has a name, and have Keras'
 * words. Its words are free, but not its subject, where Keras leaves the check to others, where it comes at an
 * earlier step, where the words are those of TensorFlow.js or of Python, and where a case gives none.
 */
export function aboutTheSame(each, thrown) {
  const { message, name } = thrown.error;
  const owner = each.config.config?.name;
  if (typeof owner === 'string' && !message.includes(owner))
    return `the error does not name '${owner}': got ${message}`;
  const { message: keras, message_regex: pattern, not_checked_by_keras: isUnchecked } = each.expected;
  if (pattern !== undefined && new RegExp(pattern, 's').test(message)) return null;
  const same = (text) => (thrown.step === 'fit' ? anyBatch(text) : text);
  if (keras !== undefined && saysTheSame(same(message), same(keras))) return null;
  const words = keras ?? pattern;
  const isFree = thrown.isEarly || isUnchecked || words === undefined || RUN_TIME.test(words);
  const isOthers = each.source?.repo === 'tensorflow/tfjs';
  const wrong = isFree || isOthers ? missingSubject(each, thrown) : 'has other words';
  return wrong === null
    ? null
    : `the error ${wrong}: got ${name}: ${message}; expected ${words ?? each.expected.error_type}`;
}
