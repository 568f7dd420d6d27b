// What is used of jsfive 0.4, which brings no types. Any member may throw: an Error or a bare string.
declare module 'jsfive' {
  /** Attribute values by name; a scalar string is a string. */
  export type Attributes = Record<string, unknown>;

  export class Dataset {
    readonly attrs: Attributes;
    readonly shape: number[];
    /** As numpy writes it ("<f4"), or a list for what numpy has no name for. */
    readonly dtype: string | unknown[];
    /** The values in row-major order, in a plain array. */
    readonly value: number[];
  }

  export class Group {
    readonly attrs: Attributes;
    readonly keys: string[];
    /** Follows links and never says that one leads nowhere: ask only for names that were checked. */
    get(path: string): Group | Dataset | null;
  }

  export class File extends Group {
    constructor(bytes: ArrayBuffer, name?: string);
  }
}
