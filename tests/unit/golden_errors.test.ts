import { expect, test } from '@jest/globals';
import { memory, SimpleRNN, SimpleRNNError } from 'simple-rnn';
import { type AnyLayer, applyLayer, type Case, makeLayer, numbers, readCases } from './known_answers.js';

const STEPS = ['construct', 'call', 'call_other_feature_size', 'call_other_batch_size', 'set_weights', 'build'];
const THERE = ['SimpleRNN', 'Dense', 'Embedding', 'Dropout'];
const cases = [
  ...readCases('golden/errors'),
  ...readCases('cases/keras_core_layers').filter(({ kind }) => kind === 'error'),
]
  .filter(
    ({ config, steps }) => THERE.includes(config.class_name) && (steps ?? []).every(({ op }) => STEPS.includes(op)),
  )
  .map((each) => [each.id, each] as const);

// The weights that a wrong call of set_weights is given: too few, or of a wrong shape.
function wrongWeights(each: Case, layer: AnyLayer): never {
  const shapes = layer.weights.map(({ shape }) => [...shape]);
  if (each.id === 'err-weights-number') shapes.pop();
  if (each.id === 'err-weights-unbuilt') return [[[1]], [[1]], [1]] as never;
  if (each.id === 'err-weights-shape') (shapes[0] as number[])[0] = 1 + ((shapes[0] as number[])[0] as number);
  return shapes.map((shape) => ({
    data: new Float32Array(shape.reduce((all, size) => all * size, 1)),
    shape,
  })) as never;
}

function carryOut(each: Case, made: AnyLayer[]): void {
  const layer = makeLayer({ ...each.config, config: each.config.config }) as AnyLayer;
  made.push(layer);
  const { inputs } = each as unknown as { inputs?: Record<string, never> };
  if (inputs?.build_shape) {
    layer.build(inputs.build_shape);
    const shape = inputs.call_shape as number[];
    layer.apply({ data: new Float32Array((shape[0] as number) * (shape[1] as number)), shape });
  }
  for (const { op } of each.steps ?? []) {
    if (op === 'call') {
      const shape = inputs?.x_shape as number[] | undefined;
      if (shape) layer.apply({ data: new Float32Array(shape.reduce((all: number, size) => all * size, 1)), shape });
      else applyLayer(layer, each.inputs);
    } else if (op.startsWith('call_other')) layer.apply(numbers(each.inputs.x_other as never));
    else if (op === 'set_weights') layer.setWeights(wrongWeights(each, layer));
    else if (op === 'build') layer.build([null, 4, 3]);
  }
}

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(25);
});

test.each(cases)('%s', (_, each) => {
  const made: AnyLayer[] = [];
  const { message, error_type: type, not_checked_by_keras: unchecked, message_regex: pattern } = each.expected;
  let caught: unknown = null;
  try {
    carryOut(each, made);
  } catch (error) {
    caught = error;
  }
  if (type === null) expect(caught).toBe(null);
  else {
    expect(caught).toBeInstanceOf(SimpleRNNError);
    if (pattern) expect((caught as Error).message).toMatch(new RegExp(pattern));
    else if (!unchecked && !message.includes('{')) expect((caught as Error).message).toContain(message);
    const owner = made[0] instanceof SimpleRNN && each.config.config.name;
    if (owner) expect((caught as Error).message).toContain(owner);
  }
  for (const layer of made) layer.dispose();
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});
