type Listener<S> = (state: S, before: S) => void;

/** Holds one immutable state and tells its listeners when it changes. */
export class Store<S extends object> {
  readonly #listeners: Listener<S>[] = [];
  #state: S;

  constructor(state: S) {
    this.#state = state;
  }

  get state(): S {
    return this.#state;
  }

  /** Replaces the state; nothing happens if every field is what it was. */
  set(state: S): void {
    const before = this.#state;
    if (Object.keys(state).every((key) => before[key as keyof S] === state[key as keyof S])) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state, before);
  }

  /** Changes some fields. */
  patch(fields: Partial<S>): void {
    this.set({ ...this.#state, ...fields });
  }

  subscribe(listener: Listener<S>): void {
    this.#listeners.push(listener);
  }
}
