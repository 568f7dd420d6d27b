// Made by the build, in base64: the strict module, and what makes the relaxed one of it.
declare module '#strict-bytes' {
  const base64: string;
  export default base64;
}
declare module '#relaxed-delta' {
  const base64: string;
  export default base64;
}
