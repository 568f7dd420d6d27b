// The wasm-only entry (the default one adds WebGPU and WebNN and a 26 MB wasm).
import * as ort from 'onnxruntime-web/wasm';

globalThis.ort = ort;
