import { activationName } from '../activation_table.js';
import type { ActivationIdentifier } from '../activations.js';
import * as constraints from '../constraints.js';
import * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { ArgumentError, inArgument } from '../runtime/errors.js';

/** Initializer, regularizer and constraint of one weight, as given in options. */
export interface WeightOptions {
  initializer: initializers.Initializer;
  regularizer: regularizers.Regularizer | null;
  constraint: constraints.Constraint | null;
}

/** Reads `kernelInitializer`, `kernelRegularizer`, `kernelConstraint` (or those of another weight). */
export function weightOptions(owner: string, options: object, weight: string, standard: string): WeightOptions {
  const given = options as Record<string, never>;
  const initializer = `${weight}Initializer`;
  const regularizer = `${weight}Regularizer`;
  const constraint = `${weight}Constraint`;
  const made = inArgument(owner, initializer, () => initializers.get(given[initializer] ?? standard));
  if (made === null) throw new ArgumentError(`${owner}: \`${initializer}\` is needed`);
  return {
    initializer: made,
    regularizer: inArgument(owner, regularizer, () => regularizers.get(given[regularizer])),
    constraint: inArgument(owner, constraint, () => constraints.get(given[constraint])),
  };
}

/** Reads an activation that works on each row by itself and keeps its width. */
export function activationOption(owner: string, value: ActivationIdentifier | undefined, standard: string): string {
  const name = activationName(owner, value === undefined ? standard : value);
  if (name === 'glu') {
    throw new ArgumentError(
      `${owner}: \`activation\` 'glu' halves the last axis and does not fit here; use an Activation layer`,
    );
  }
  if (name === 'threshold') {
    throw new ArgumentError(
      `${owner}: \`activation\`: threshold() missing 2 required positional arguments: 'threshold' and 'default_value'`,
    );
  }
  return name;
}
