/** Base of everything that this package throws. `code` is stable, the message is for people. */
export abstract class SimpleRNNError extends Error {
  /** Stable identifier of the kind of error, such as `'ERR_SHAPE'`. */
  abstract readonly code: string;
}

// Bundlers rename classes: names are written out, for messages and for consoles.

/** A wrong option, argument or call. */
export class ArgumentError extends SimpleRNNError {
  static override readonly name = 'ArgumentError';
  override readonly name: string = 'ArgumentError';
  readonly code = 'ERR_ARGUMENT';
}

/** A shape that does not fit: rank, size of an axis, ragged arrays, more elements than can be held. */
export class ShapeError extends SimpleRNNError {
  static override readonly name = 'ShapeError';
  override readonly name: string = 'ShapeError';
  readonly code = 'ERR_SHAPE';
}

/** A model file or configuration that is damaged or not of a known form. */
export class ModelFormatError extends SimpleRNNError {
  static override readonly name = 'ModelFormatError';
  override readonly name: string = 'ModelFormatError';
  readonly code = 'ERR_MODEL_FORMAT';
}

/** NaN or infinity where there may be none. */
export class NonFiniteError extends SimpleRNNError {
  static override readonly name = 'NonFiniteError';
  override readonly name: string = 'NonFiniteError';
  readonly code = 'ERR_NON_FINITE';
}

/** The module has no more memory, or `configure({ maximumMemory })` allows no more. */
export class OutOfMemoryError extends SimpleRNNError {
  static override readonly name = 'OutOfMemoryError';
  override readonly name: string = 'OutOfMemoryError';
  readonly code = 'ERR_OUT_OF_MEMORY';
}

/** Use of a layer, model or stream after its `dispose()`. */
export class DisposedError extends SimpleRNNError {
  static override readonly name = 'DisposedError';
  override readonly name: string = 'DisposedError';
  readonly code = 'ERR_DISPOSED';
}

/** A call that has to wait for another one to end. */
export class BusyError extends SimpleRNNError {
  static override readonly name = 'BusyError';
  override readonly name: string = 'BusyError';
  readonly code = 'ERR_BUSY';
}

/** The WebAssembly module has crashed; nothing can be computed in this process any more. */
export class RuntimePoisonedError extends SimpleRNNError {
  static override readonly name = 'RuntimePoisonedError';
  override readonly name: string = 'RuntimePoisonedError';
  readonly code = 'ERR_RUNTIME_POISONED';
}

/** Something that Keras or the engine knows and this package does not offer. */
export class UnsupportedError extends SimpleRNNError {
  static override readonly name = 'UnsupportedError';
  override readonly name: string = 'UnsupportedError';
  readonly code = 'ERR_UNSUPPORTED';
}

/** Runs `read`; an error that it throws gets layer and argument in front of its message. */
export function inArgument<T>(owner: string, argument: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SimpleRNNError) || error.message.startsWith(owner)) throw error;
    const type = error.constructor as new (message: string, options: ErrorOptions) => SimpleRNNError;
    throw new type(`${owner}: \`${argument}\`: ${error.message}`, { cause: error });
  }
}
