// From a scene to what the views take: arrays and words.
import { kerasCode } from './keras_code.js';
import type { CellArithmetic } from './maths/cell.js';
import { rowNorms } from './maths/reach.js';
import type { Scene } from './scene.js';
import type { Link } from './views/heat_map.js';
import type { TableData } from './views/number_table.js';
import type { PictureData } from './views/picture.js';

/** Links drawn to an opened cell: the largest terms that come from the states before. */
const LINKS = 6;

/** The unrolled network; `backward`: with its gradients. */
export function pictureOf({ task, input, run, layer, states, labels }: Scene, backward: boolean): PictureData {
  return {
    states: states.states,
    units: layer.units,
    backward: backward ? { gradient: states.stateGradient, everyStep: task.answersEveryStep } : null,
    inputs: task.inputPicture(input),
    outputs: task.outputPicture(input, run),
    labels,
    inputTitle: task.inputTitle,
    stateTitle: `States: h[t][unit], ${layer.units} units`,
    outputTitle: task.outputTitle,
  };
}

/** The numbers of the picture up to step `done`. */
export function tableOf(
  { task, input, run, layer, states, labels }: Scene,
  done: number,
  backward: boolean,
): TableData {
  const { stateGradient } = states;
  return {
    caption: `${task.words.title}: states of ${layer.units} units`,
    labels,
    states: states.states,
    units: layer.units,
    done,
    answers: Array.from({ length: done }, (_, t) => task.reading(input, run, t + 1).value),
    norms: backward && stateGradient ? rowNorms(stateGradient, layer.units) : null,
  };
}

/** The model's Keras code, its file, and its facts. */
export function codeOf({ task, card, run, microseconds }: Scene): [string, string, [string, string][]] {
  const file = task.model.split('/').pop() ?? '';
  const layers = card.layers.filter(({ className }) => className !== 'InputLayer').length;
  const last: [string, string] =
    microseconds === null
      ? ['In the picture', 'a network trained on this page; the figures here are those of the one that Keras trained']
      : [
          'Time',
          `${Number(microseconds.toPrecision(2)).toLocaleString('en')} µs for all ${run.steps} steps, in this browser`,
        ];
  const size: [string, string] = ['Size', `${card.parameters.toLocaleString('en')} weights in ${layers} layers`];
  const facts = task.words.facts.map(([name, fact]): [string, string] => [name, fact]);
  return [kerasCode(card.layers, file), task.model, [...facts, size, last]];
}

/** Where the largest terms of a cell come from; the largest has the weight 1 or −1. */
export function linksOf({ terms }: CellArithmetic): Link[] {
  const largest = terms.filter(({ kind, product }) => kind === 'state' && product !== 0).slice(0, LINKS);
  const whole = Math.abs(largest[0]?.product ?? 1);
  return largest.map(({ index, product }) => ({ unit: index, weight: product / whole }));
}
