// The whole of @tensorflow/tfjs and the wasm backend.
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

globalThis.peer = { tf, setWasmPaths };
