// Kinds about losses, metrics and optimizers that stand alone.
import { mismatch } from './compare.mjs';
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

export const kinds = {
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
