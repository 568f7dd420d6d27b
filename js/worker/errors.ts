// Errors keep their class, `code`, stack and cause on their way.
import { transferHandlers } from 'comlink';
import {
  ArgumentError,
  BusyError,
  DisposedError,
  ModelFormatError,
  NonFiniteError,
  OutOfMemoryError,
  RuntimePoisonedError,
  ShapeError,
  UnsupportedError,
} from '../runtime/errors.js';

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  code: unknown;
  cause: SentValue | null;
}

/** Something that was thrown: an error in parts, or a value as it is. */
interface SentValue {
  error: SentError | null;
  value: unknown;
}

const ours = [
  ArgumentError,
  BusyError,
  DisposedError,
  ModelFormatError,
  NonFiniteError,
  OutOfMemoryError,
  RuntimePoisonedError,
  ShapeError,
  UnsupportedError,
];
const natives = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
const classes = new Map<string, ErrorClass>([...ours, ...natives].map((type) => [type.name, type]));

/** An error in parts that can be sent. */
function packError(thrown: unknown): SentValue {
  // Errors of another realm are none by `instanceof`.
  const isError = thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
  if (!isError && !(thrown instanceof DOMException)) return { error: null, value: thrown };
  const { name, message, stack, code, cause } = thrown as Error & { code?: unknown };
  const sent = { name, message, stack, code, cause: cause === undefined ? null : packError(cause) };
  return { error: sent, value: thrown instanceof DOMException };
}

/** What was thrown on the other side. */
function unpackError({ error, value }: SentValue): unknown {
  if (error === null) return value;
  const { name, message, stack, code, cause } = error;
  if (value === true) return new DOMException(message, name);
  const type = classes.get(name) ?? Error;
  const made = new type(message, cause === null ? undefined : { cause: unpackError(cause) });
  const parts = {
    stack,
    ...(made.name === name ? {} : { name }),
    ...('code' in made || code === undefined ? {} : { code }),
  };
  for (const [key, part] of Object.entries(parts)) {
    Object.defineProperty(made, key, { value: part, writable: true, configurable: true, enumerable: false });
  }
  return made;
}

/** Has comlink send what is thrown in this way; to be called on both sides. */
export function sendErrorsWhole(): void {
  const thrown = transferHandlers.get('throw') as { canHandle(value: unknown): value is { value: unknown } };
  transferHandlers.set('throw', {
    canHandle: (value: unknown): value is { value: unknown } => thrown.canHandle(value),
    serialize: ({ value }: { value: unknown }) => [packError(value), []],
    deserialize: (sent: SentValue) => {
      throw unpackError(sent);
    },
  });
}
