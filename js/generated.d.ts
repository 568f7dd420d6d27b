// Made by the build, a character for a byte: the strict module, and what makes the relaxed one of it.
declare module '#strict-bytes' {
  const text: string;
  export default text;
}
declare module '#relaxed-delta' {
  const text: string;
  export default text;
}
