import { PackageHost } from './package_host.js';
import type { Reply, Request } from './worker_host.js';

const host = new PackageHost();

async function answer({ id, method, parameters }: Request): Promise<Reply> {
  try {
    const work = host[method] as (...parameters: unknown[]) => Promise<unknown>;
    return { id, result: await work.apply(host, [...parameters]) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

self.onmessage = async ({ data }: MessageEvent<Request>) => self.postMessage(await answer(data));
