import type { Config } from '../family.js';
import type { CompileOptions } from './compiled.js';

// What Keras 2 wrote of its optimizers, and means nothing any more.
const STALE = ['jit_compile', 'is_legacy_optimizer'];

// Functions are written as objects around their names.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const given = value as Config;
  if (given.class_name === 'function') return given.config;
  return 'class_name' in given
    ? given
    : Object.fromEntries(Object.entries(given).map(([key, each]) => [key, plain(each)]));
}

/** What `compile` takes, from Keras' compile_config. */
export function fromCompileConfig(config: Config): CompileOptions {
  const { optimizer, loss = null, loss_weights: lossWeights = null, metrics = null } = config;
  let read = optimizer as Config;
  if (read !== null && typeof read === 'object' && typeof read.config === 'object') {
    const kept = Object.entries(read.config as Config).filter(([key]) => !STALE.includes(key));
    read = { ...read, config: Object.fromEntries(kept) };
  }
  return {
    optimizer: read as never,
    loss: plain(loss) as never,
    lossWeights: lossWeights as never,
    metrics: plain(metrics) as never,
    weightedMetrics: plain(config.weighted_metrics ?? null) as never,
  };
}
