// Every name of three reference documents, under its name here and used: tf.keras.layers.SimpleRNN as TensorFlow 1.4
// documented it, tf.keras.layers.SimpleRNNCell (2.16) and R's layer_simple_rnn (keras3). The tables are in reference/.
import { describe, expect, test } from '@jest/globals';
import { SimpleRNN, SimpleRNNCell } from 'simple-rnn';
import { freeAfterEach } from './held.js';
import { callMethods } from './reference/calls.js';
import { cellAttributes, cellMethods } from './reference/cell.js';
import { nodeMethods } from './reference/nodes.js';
import { callOptions, cellOptions, laterOptions, layerOptions } from './reference/options.js';
import { properties } from './reference/properties.js';
import { rFunction } from './reference/r.js';
import type { Row } from './reference/rows.js';
import { weightMethods } from './reference/weights.js';

freeAfterEach();

const count = (rows: readonly Row[]) => new Set(rows.map(([reference]) => reference)).size;
const check = (_reference: string, _here: string, run: () => void) => run();

// The name is there: of an object, or of the class.
const finds = (type: typeof SimpleRNN | typeof SimpleRNNCell) => (_: string, here: string, run: () => void) => {
  const made = new type({ units: 1 });
  expect(here in made || here in type).toBe(true);
  run();
};
// The option is taken; one that no document knows is not.
const takes = (type: typeof SimpleRNN | typeof SimpleRNNCell) => (_: string, here: string, run: () => void) => {
  expect(type.optionNames).toContain(here);
  run();
};

describe("TensorFlow 1.4's SimpleRNN", () => {
  const methods = [...callMethods, ...weightMethods, ...nodeMethods];
  const options = [...cellOptions, ...layerOptions];

  test('29 methods, 19 properties, 15 arguments', () => {
    expect([methods, properties, options].map(count)).toEqual([29, 19, 15]);
  });

  test.each(methods)('method %s: %s', finds(SimpleRNN));
  test.each(properties)('property %s: %s', finds(SimpleRNN));
  test.each(options)('argument %s: %s', takes(SimpleRNN));
});

describe('SimpleRNNCell', () => {
  test('9 methods, 2 attributes, 14 arguments and seed', () => {
    expect([cellMethods, cellAttributes, cellOptions].map(count)).toEqual([9, 2, 14]);
  });

  test.each(cellMethods)('method %s: %s', finds(SimpleRNNCell));
  test.each(cellAttributes)('attribute %s: %s', finds(SimpleRNNCell));
  test.each(cellOptions)('argument %s: %s', takes(SimpleRNNCell));
  test('argument seed: seed', () => {
    expect(new SimpleRNNCell({ units: 2, dropout: 0.5, seed: 3 }).seedGenerator).toEqual({ seed: 3, draws: 0 });
  });
});

describe("R's layer_simple_rnn", () => {
  const options = [...cellOptions, ...layerOptions, ...laterOptions];

  test('object, 21 arguments, 4 of a call', () => {
    expect([rFunction, [...options, ['seed', 'seed', () => {}] as Row], callOptions].map(count)).toEqual([4, 21, 4]);
  });

  test.each(rFunction)('%s: %s', check);
  test.each(laterOptions)('argument %s: %s', takes(SimpleRNN));
  test.each(callOptions)('call argument %s: %s', check);
});

test('an argument that no document knows is refused, and the nearest known one named', () => {
  expect(() => new SimpleRNN({ units: 1, timeMajor: false } as never)).toThrow(/Unrecognized keyword arguments/);
  expect(() => new SimpleRNN({ units: 1, recurentDropout: 0.5 } as never)).toThrow(/Did you mean 'recurrentDropout'\?/);
});
