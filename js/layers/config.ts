import type { Config } from '../family.js';
import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { toCamelCase } from './names.js';

/**
 * Options for a constructor from a configuration in either spelling. `quantization_config: null`, which Keras
 * writes and which says nothing, is left out.
 */
export function camelOptions(className: string, config: unknown, known: readonly string[]): Config {
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    throw new ArgumentError(`${className}: \`config\` must be an object, received ${show(config)}`);
  }
  // Without a prototype, so that even `__proto__` is a key like any other, and refused as unknown.
  const options: Config = Object.create(null);
  for (const [key, value] of Object.entries(config)) {
    if (key === 'quantization_config' && value === null) continue;
    const camel = toCamelCase(key);
    const name = known.includes(camel) ? camel : key;
    if (Object.hasOwn(options, name))
      throw new ArgumentError(`${className}: \`${key}\` is given twice in the configuration`);
    options[name] = value;
  }
  return options;
}
