// Only what a SimpleRNN on the wasm backend needs, by named imports from the parts.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'; // without it: rMat.flatten is not a function
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

globalThis.peer = { setBackend, setWasmPaths, tensor3d, tidy, layers, sequential };
