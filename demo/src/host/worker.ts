import type { Example } from './model_host.js';
import { PackageHost } from './package_host.js';
import type { Reply, Request } from './worker_host.js';

const host = new PackageHost();

async function answer({ id, method, parameters }: Request): Promise<Reply> {
  try {
    const [url, example] = parameters as [string, Example];
    return { id, result: await (method === 'load' ? host.load(url) : host.run(url, example)) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

self.onmessage = async ({ data }: MessageEvent<Request>) => self.postMessage(await answer(data));
