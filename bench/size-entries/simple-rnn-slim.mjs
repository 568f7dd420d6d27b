// The entry without bytes, and the strict module as a file of its own.
import * as simpleRNN from 'simple-rnn/slim';

globalThis.simpleRNN = simpleRNN;
