// The default entry and every file format.
import * as simpleRNN from 'simple-rnn';
import * as io from 'simple-rnn/io';

globalThis.peer = { simpleRNN, io };
