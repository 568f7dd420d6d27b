// Kinds about losses, metrics, optimizers and learning rates that stand alone.
import { exactly, mismatch } from './compare.mjs';
import { sameConfig } from './functions.mjs';
import { library, make } from './make.mjs';
import { numbers } from './read.mjs';

const { losses, metrics, variable } = library;

function loss({ config }, { inputs }) {
  const { y_true: yTrue, y_pred: yPred, sample_weight: sampleWeight, mask } = inputs;
  return { value: make(config)(numbers(yTrue), numbers(yPred), { sampleWeight, mask }) };
}

/** The loss that Keras' tests of the mechanics use, as a user would write it. */
function squares(yTrue, yPred) {
  const difference = yPred.data.map((p, index) => p - yTrue.data[index]);
  return {
    value: { data: difference.map((d) => d * d), shape: yPred.shape },
    gradient: { data: difference.map((d) => 2 * d), shape: yPred.shape },
  };
}

function mechanics({ config }, { inputs }) {
  const { y_true: yTrue, y_pred: yPred, sample_weight: sampleWeight, mask } = inputs;
  const own = new losses.Loss({ fn: squares, ...config.config });
  return { value: own(yTrue, yPred, { sampleWeight, mask }) };
}

/** A metric gives the same again after a reset. */
function twice(metric, update) {
  const results = [0, 1].map(() => {
    metric.resetState();
    update();
    return metric.result();
  });
  return {
    result: (expected, tolerance) => results.map((got) => mismatch(got, expected, tolerance)).find(Boolean) ?? null,
  };
}

function metric({ config }, { inputs }) {
  const made = metrics.get(numbers(config));
  const { y_true: yTrue, y_pred: yPred, sample_weight: weight = null } = inputs;
  return twice(made, () => made.updateState(numbers(yTrue), numbers(yPred), weight));
}

function metricValues({ config }, { inputs }) {
  const made = metrics.get(numbers(config));
  const { values, sample_weight: weight = null } = inputs;
  return twice(made, () => made.updateState(values, weight));
}

function held(hold, value, name) {
  const weight = variable(value, { name });
  hold({ dispose: () => weight.release() });
  return weight;
}

function steps({ config }, { inputs, hold }, look) {
  const optimizer = make(config, hold);
  const weight = held(hold, inputs.var, 'var');
  optimizer.build([weight]);
  return inputs.grads.map((gradient) => {
    optimizer.apply([gradient], [weight]);
    return look(optimizer, weight);
  });
}

const trajectory = (each, context) => ({ trajectory: steps(each, context, (_, weight) => weight.read()) });

function ema(each, context) {
  const seen = steps(each, context, (optimizer, weight) => {
    const average = optimizer.variables.find(({ name }) => name.endsWith('_average'));
    return [weight.read(), average.read()];
  });
  return { trajectory: seen.map(([weight]) => weight), average: seen.map(([, average]) => average) };
}

/** One new optimizer per application, as the case says; the excluded weights are left out by name and by object. */
function weightDecay({ config }, { inputs, hold }) {
  const [own, byName, byObject] = ['var1', 'exclude', 'other'].map((name) => held(hold, inputs.var, name));
  const apply = (weight, exclusion) => {
    const optimizer = make(config, hold);
    if (exclusion !== undefined) optimizer.excludeFromWeightDecay(exclusion);
    optimizer.apply([inputs.grad], [weight]);
  };
  for (let count = 0; count < inputs.applications; count += 1) {
    apply(own);
    apply(byName, { names: ['exclude'] });
    apply(byObject, { variables: [byObject] });
  }
  return {
    var1: own.read(),
    excluded: (expected, tolerance) =>
      [byName, byObject].map((weight) => mismatch(weight.read(), expected, tolerance)).find(Boolean) ?? null,
  };
}

/** Metrics over several batches. */
function metricBatches({ config }, { inputs }) {
  const made = metrics.get(config);
  const isOfValues = ['Mean', 'Sum'].includes(config.class_name);
  return twice(made, () => {
    for (const { y_true: yTrue, y_pred: yPred, values, sample_weight: weight = null } of inputs.batches) {
      made.updateState(...(isOfValues ? [values, weight] : [yTrue, yPred, weight]));
    }
  });
}

/** Updates of several weights; then the configuration and the whole state. */
function optimizerRun({ config }, { inputs, hold }) {
  const optimizer = make(config, hold);
  const weights = inputs.vars.map((value, index) => held(hold, value, inputs.names[index]));
  optimizer.excludeFromWeightDecay({ names: inputs.exclude });
  const seen = inputs.grads.map((gradients) => {
    optimizer.apply(gradients, weights);
    return weights.map((weight) => weight.read());
  });
  const state = optimizer.variables.map((each) => [each.name, [...each.shape], each.read()]);
  return {
    trajectory: seen,
    config: sameConfig(optimizer.getConfig(), config.class_name),
    variables: (expected, tolerance) =>
      mismatch(
        state.map(([, , value]) => value),
        expected.map(([, , value]) => value),
        tolerance,
      ) ??
      exactly(state.map(([name, shape]) => [plainName(name), shape]))(
        expected.map(([name, shape]) => [plainName(name), shape]),
      ),
    iterations: optimizer.iterations,
  };
}

// Keras numbers variables that nothing names.
const plainName = (name) => name.replace(/^variable(_\d+)?$/, 'variable');

function familyConfig({ config: { module, class_name: name, config } }) {
  const made = library[module].get({ class_name: name, config });
  const again = library[module].deserialize(library[module].serialize(made));
  return {
    config: (expected, tolerance) =>
      [made, again].map((each) => sameConfig(each.getConfig(), name)(expected, tolerance)).find(Boolean) ?? null,
    direction: made.direction,
  };
}

/** Names that Keras knows and the package does not. */
function familyNames(_, { inputs }) {
  const unknown = ['losses', 'metrics'].flatMap((family) =>
    inputs[family].filter((name) => {
      try {
        return library[family].get(name).className === undefined;
      } catch {
        return true;
      }
    }),
  );
  return { unknown: exactly(unknown) };
}

function schedule({ config }, { inputs }) {
  const rate = library.schedules.get(numbers(config));
  return { lr: inputs.steps.map((step) => rate(step)) };
}

export const kinds = {
  lr_schedule: schedule,
  metric_batches: metricBatches,
  optimizer_run: optimizerRun,
  family_config: familyConfig,
  family_names: familyNames,
  loss,
  loss_mechanics: mechanics,
  metric,
  metric_values: metricValues,
  optimizer_steps: trajectory,
  optimizer_ema: ema,
  optimizer_iterations: (each, context) => ({ iterations: steps(each, context, ({ iterations }) => iterations) }),
  optimizer_weight_decay: weightDecay,
  gradient_clip: ({ config }, { inputs, hold }) => ({ clipped: make(config, hold).clipGradients(inputs.grads) }),
};
