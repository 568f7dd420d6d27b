import { checkBoolean, checkOptions, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { refuseOptions } from '../utils/values.js';
import { type Awaitable, Callback } from './callback.js';
import type { Logs } from './model.js';
import { checkFunction, floatText } from './text.js';

/** Options of {@link CSVLogger}. */
export interface CSVLoggerOptions {
  /** Is handed every new piece of text, line ends included; awaited. Default: none, the text is only collected. */
  write?: (text: string) => Awaitable;
  /** Between two values, one character; default a comma. */
  separator?: string;
  /** Whether the text of a former training is kept, and gone on with; default false. */
  append?: boolean;
}

/**
 * Writes a line per epoch: `epoch` and all logs, sorted, as comma-separated values with CRLF line ends. Keras' `filename`
 * is refused: hand the text to a function.
 * @see https://keras.io/api/callbacks/csv_logger/
 *
 * @example new callbacks.CSVLogger({ write: (text) => appendFile('log.csv', text) })
 */
export class CSVLogger extends Callback {
  /** All text so far. */
  text = '';
  readonly separator: string;
  readonly append: boolean;
  /** The columns after `epoch`; null before the first line. */
  keys: string[] | null = null;
  readonly #write: ((text: string) => Awaitable) | undefined;

  /** @throws {ArgumentError} for an option that is not known or out of its range; UnsupportedError for `filename`. */
  constructor(options?: CSVLoggerOptions) {
    super();
    const owner = 'CSVLogger';
    refuseOptions(owner, options ?? {}, ['filename'], 'give a function `write` instead');
    const { write, separator = ',', append } = checkOptions(owner, options, ['write', 'separator', 'append']);
    if (write !== undefined) checkFunction(owner, 'write', write);
    if (typeof separator !== 'string' || [...separator].length !== 1) {
      throw new ArgumentError(
        `${owner}: \`separator\`: "delimiter" must be a 1-character string, received ${show(separator)}`,
      );
    }
    this.#write = write;
    this.separator = separator;
    this.append = checkBoolean(owner, 'append', append ?? false);
  }

  override onTrainBegin(): void {
    if (!this.append) this.text = '';
    this.keys = null;
  }

  override onEpochEnd(epoch: number, logs: Logs = {}): Awaitable {
    let text = '';
    if (this.keys === null) {
      const names = Object.keys(logs).sort();
      // Validation may begin later: its columns are there from the start.
      this.keys = names.some((name) => name.startsWith('val_'))
        ? names
        : [...names, ...names.map((name) => `val_${name}`)];
      if (this.text === '') text = this.line(['epoch', ...this.keys]);
    }
    text += this.line([String(epoch), ...this.keys.map((name) => valueText(logs[name]))]);
    this.text += text;
    return this.#write?.(text);
  }

  private line(values: string[]): string {
    const quoted = values.map((value) =>
      /["\r\n]/.test(value) || value.includes(this.separator) ? `"${value.replaceAll('"', '""')}"` : value,
    );
    return `${quoted.join(this.separator)}\r\n`;
  }
}

function valueText(value: Logs[string] | undefined): string {
  if (value === undefined) return 'NA';
  return typeof value === 'number' ? floatText(value) : `"[${value.map(floatText).join(', ')}]"`;
}
