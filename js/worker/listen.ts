import type { Greeting } from './protocol.js';

/** Takes the lines that pages open. */
export function listen(serve: (port: MessagePort) => void): void {
  addEventListener('message', ({ data }: MessageEvent<Greeting | null>) => {
    if (data?.simpleRNN) serve(data.simpleRNN);
  });
}

/** Resolves when what was printed has reached the page. */
export async function printed(): Promise<void> {}
