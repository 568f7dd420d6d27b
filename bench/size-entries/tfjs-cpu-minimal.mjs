// Only what a SimpleRNN on the cpu backend needs, by named imports from the parts.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'; // without it: rMat.flatten is not a function
import { setBackend, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

globalThis.peer = { setBackend, tensor3d, tidy, layers, sequential };
