// What the tables of names share.
import { Input, SimpleRNN, type SymbolicTensor } from 'simple-rnn';
import { hold, numbersOf } from '../held.js';

/** A name of a reference document, its counterpart here, and a check that it does what the document says. */
export type Row = [reference: string, here: string, check: () => void];

/** Two sequences of three steps of two features. */
export const x = numbersOf(2, 3, 2);

/** A layer of 4 units, freed after the test. */
export const rnn = (options: object = {}): SimpleRNN => hold(new SimpleRNN({ units: 4, ...options }));

/** A layer applied to two symbolic inputs, the second with a mask and without a fixed length. */
export function twice() {
  const layer = rnn({ returnSequences: true });
  const [first, second] = [Input({ shape: [5, 2] }), Input({ shape: [null, 2] })];
  const mask = Input({ shape: [null] });
  const outputs: SymbolicTensor[] = [layer.apply(first), layer.apply(second, { mask })];
  return { layer, inputs: [first, second], mask, outputs };
}
