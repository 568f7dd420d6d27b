import type { Example } from '../host/model_host.js';
import type { Beginning, Command, Message, Snapshot } from './protocol.js';

/** `isCurrent`: it looks at the example that was asked for last. */
type OnSnapshot = (snapshot: Snapshot, isCurrent: boolean) => void;

/** The worker that trains, as the page sees it. It starts with the first training. */
export class Remote {
  readonly #onSnapshot: OnSnapshot;
  readonly #onFailure: (message: string) => void;
  #worker: Worker | null = null;
  #lesson = 0;
  #shown = 0;

  constructor(onSnapshot: OnSnapshot, onFailure: (message: string) => void) {
    this.#onSnapshot = onSnapshot;
    this.#onFailure = onFailure;
  }

  begin(beginning: Beginning): void {
    this.#lesson += 1;
    this.#shown += 1;
    this.#tell({ kind: 'begin', lesson: this.#lesson, shown: this.#shown, beginning });
  }

  /** `pace`: steps a second, at most. */
  run(pace: number): void {
    this.#tell({ kind: 'run', pace });
  }

  pause(): void {
    this.#tell({ kind: 'pause' });
  }

  step(): void {
    this.#tell({ kind: 'step' });
  }

  show(example: Example): void {
    this.#shown += 1;
    this.#tell({ kind: 'show', shown: this.#shown, example });
  }

  /** Forgets the training: nothing more comes from it, and its memory is given back. */
  end(): void {
    this.#lesson += 1;
    this.#worker?.terminate();
    this.#worker = null;
  }

  #tell(command: Command): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(command);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Message>) => this.#hear(worker, data);
    worker.onerror = (event) => {
      if (worker === this.#worker) this.#onFailure(event.message || 'the worker failed');
    };
    return worker;
  }

  #hear(worker: Worker, message: Message): void {
    if (worker !== this.#worker || message.lesson !== this.#lesson) {
      worker.postMessage({ kind: 'drawn' } satisfies Command);
      return;
    }
    if (message.kind === 'failed') {
      this.#onFailure(message.message);
      return;
    }
    // drawn in the next frame, and only then comes the next one: a busy page gets fewer, and none twice a frame
    requestAnimationFrame(() => {
      if (worker !== this.#worker) return;
      worker.postMessage({ kind: 'drawn' } satisfies Command);
      if (message.lesson === this.#lesson) this.#onSnapshot(message, message.shown === this.#shown);
    });
  }
}
