// Made by the build: a module, deflated, in base64.
declare module '#strict-bytes' {
  const base64: string;
  export default base64;
}
declare module '#relaxed-bytes' {
  const base64: string;
  export default base64;
}
