/** Keras' spelling in files: `SimpleRNN` -> `simple_rnn`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Our spelling of an option: `return_sequences` -> `returnSequences`. */
export function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const counts = new Map<string, number>();

/** Keras' automatic names: `simple_rnn`, `simple_rnn_1`, … */
export function automaticName(className: string): string {
  const base = toSnakeCase(className);
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}
