/// <reference lib="esnext.disposable" preserve="true" />
/** `Symbol.dispose`, or what compilers use in its place where the engine has none yet. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
