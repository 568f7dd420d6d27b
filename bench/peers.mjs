// node peers.mjs [--shapes tiny,deep] [--peers ort-web,naive-js] [--rounds 15] [--min-rounds 3] [--sample-ms 60]
//                [--warm-ms 400] [--budget-s 12] [--node-flags "--experimental-wasm-relaxed-simd"]
//
// Every peer on every shape, one JSON line each on stdout, progress on stderr. How: lib/interleave.mjs.
import os from 'node:os';
import { interleave } from './lib/interleave.mjs';
import { log, machine, print, samplingOptions, selectPeers } from './lib/options.mjs';
import { selectShapes } from './lib/shapes.mjs';

const options = samplingOptions({ shapes: 'all', peers: 'all' });
const peers = selectPeers(options.peers);

print(machine());
for (const shape of selectShapes(options.shapes)) {
  log(`${shape.name} (load ${os.loadavg()[0].toFixed(2)})`);
  const entries = peers.map((peer) => ({ peer, shape: shape.name }));
  for (const line of await interleave(entries, options, log)) print(line);
}
