// The whole default entry, both modules inside.
import * as simpleRNN from 'simple-rnn';

globalThis.simpleRNN = simpleRNN;
