import { parentPort } from 'node:worker_threads';
import type { Greeting } from './protocol.js';

/** Takes the lines that the main thread opens. */
export function listen(serve: (port: MessagePort) => void): void {
  parentPort?.on('message', (data: Greeting | null) => {
    if (data?.simpleRNN) serve(data.simpleRNN);
  });
}
