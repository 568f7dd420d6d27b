/** A file of the page, by its path relative to the page. */
export async function fetchFile(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response;
}

/** Row `t` of a [T, K] array. */
export function row(values: Float32Array, size: number, t: number): number[] {
  return Array.from(values.subarray(t * size, (t + 1) * size));
}

/** All rows of a [T, K] array. */
export function rows(values: Float32Array, size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, t) => row(values, size, t));
}

/** Where the largest number stands. */
export const largest = (values: readonly number[]) => values.indexOf(Math.max(...values));
