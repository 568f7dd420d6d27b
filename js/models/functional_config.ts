import type { Config } from '../family.js';
import type { DeserializeOptions } from '../layers/registry.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { UnsupportedError } from '../runtime/errors.js';
import type { Functional } from './functional.js';

export interface FunctionalParts {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  name: string;
  trainable: boolean;
}

export function writeFunctional(_model: Functional): Config {
  throw new UnsupportedError('not yet');
}

export function readFunctional(_config: Config, _options: DeserializeOptions): FunctionalParts {
  throw new UnsupportedError('not yet');
}
