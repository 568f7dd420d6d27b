import { parentPort } from 'node:worker_threads';
import type { Greeting } from './protocol.js';

/** Takes the lines that the main thread opens. */
export function listen(serve: (port: MessagePort) => void): void {
  parentPort?.on('message', (data: Greeting | null) => {
    if (data?.simpleRNN) serve(data.simpleRNN);
  });
}

/** Resolves when what was printed has reached the main thread, which may end right after its answer. */
export async function printed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
  }
}
