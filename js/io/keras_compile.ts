// The compile_config of a .keras file. Nothing of it is needed to predict; it is checked, so that training can
// rely on it, and kept with the model as it is.
import { asObject } from './json.js';
import { quote, refuse } from './refuse.js';

// All names that Keras 3.15.1 knows, class and function names alike, without "_" and in lower case.
const words = (text: string) => text.trim().split(/\s+/);
const OPTIMIZERS = new Set(
  words(`adadelta adafactor adagrad adam adamax adamw ftrl lamb lion lossscaleoptimizer muon nadam rmsprop
    schedulefreeadamw sgd`),
);
const LOSSES = words(`bce binarycrossentropy binaryfocalcrossentropy categoricalcrossentropy
  categoricalfocalcrossentropy categoricalhinge circle cosinesimilarity ctc dice hinge huber kld kldivergence
  kullbackleiblerdivergence logcosh mae mape mse msle meanabsoluteerror meanabsolutepercentageerror meansquarederror
  meansquaredlogarithmicerror poisson sparsecategoricalcrossentropy squaredhinge tversky`);
const METRICS = words(`acc accuracy auc binaryaccuracy binaryiou categoricalaccuracy ce concordancecorrelation
  crossentropy f1score falsenegatives falsepositives fbetascore iou logcosherror mean meaniou meanmetricwrapper
  onehotiou onehotmeaniou pearsoncorrelation precision precisionatrecall r2score recall recallatprecision
  rootmeansquarederror sensitivityatspecificity sparsecategoricalaccuracy sparsetopkcategoricalaccuracy
  specificityatsensitivity sum topkcategoricalaccuracy truenegatives truepositives`);
const LOSS_NAMES = new Set(LOSSES);
const METRIC_NAMES = new Set([...METRICS, ...LOSSES]);

/** Checks a compile_config and gives it back; null where the model was not compiled. Throws ModelFormatError. */
export function readCompileConfig(value: unknown): Record<string, unknown> | null {
  if (value === undefined || value === null) return null;
  const config = asObject(value, 'compile_config');
  if (Object.keys(config).length === 0) return null;
  if (Array.isArray(config.optimizer)) refuse('compile_config: optimizer is a list.');
  check(config.optimizer, OPTIMIZERS, 'optimizer');
  check(config.loss, LOSS_NAMES, 'loss');
  check(config.metrics, METRIC_NAMES, 'metric');
  check(config.weighted_metrics, METRIC_NAMES, 'metric');
  checkNumbers(config.loss_weights);
  return config;
}

/** A name, an object of Keras' form, null, or lists and objects of these (one for each output). */
function check(value: unknown, known: Set<string>, what: string): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'string') {
    if (!known.has(value.replaceAll('_', '').toLowerCase())) unknown(value, what);
  } else if (typeof value !== 'object') {
    refuse(`compile_config: ${quote(value)} is no ${what}.`);
  } else if ('class_name' in value) {
    const { class_name: name, config, registered_name: registered } = value as Record<string, unknown>;
    if (typeof registered === 'string' && registered.includes('>')) unknown(registered, what);
    if (name === 'function') check(typeof config === 'string' ? config : '?', known, what);
    else if (typeof name !== 'string') refuse(`compile_config: the class of a ${what} is not a string.`);
    else {
      check(name, known, what);
      if (config !== undefined) asObject(config, `compile_config: the configuration of ${quote(name)}`);
    }
  } else {
    for (const inner of Object.values(value)) check(inner, known, what);
  }
}

function checkNumbers(value: unknown): void {
  const weights =
    value === undefined || value === null ? [] : typeof value === 'object' ? Object.values(value) : [value];
  for (const weight of weights) {
    if (weight !== null && typeof weight !== 'number') refuse('compile_config: loss_weights must be numbers.');
  }
}

function unknown(name: string, what: string): never {
  refuse(
    `The model was compiled with the ${what} ${quote(name)}, which Keras does not have: the author's own code. ` +
      'loadModel(source, { compile: false }) leaves the training configuration aside.',
  );
}
