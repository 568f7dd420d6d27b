// Made by the build: the strict module, a character for a byte.
declare module '#strict-bytes' {
  const text: string;
  export default text;
}
