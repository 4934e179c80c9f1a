// Decides when a server has a process that starts its tools: while it starts many.
import { setStarter } from './current-starter.ts';
import { StarterProcess } from './starter-process.ts';

/** How many tools this process starts itself, without half a minute of rest, before it starts another process for them. */
const FEW = 10;
const REST_MS = 30_000;

class ToolStarter {
  readonly #program: string;
  readonly #few: number;
  #process: StarterProcess | undefined;
  /** The tools that were started since the last rest. */
  #count = 0;
  #rest: NodeJS.Timeout | undefined;

  constructor(program: string, few: number) {
    this.#program = program;
    this.#few = few;
  }

  /** Called for each tool. Undefined if this process should start it itself. */
  get(): StarterProcess | undefined {
    this.#count += 1;
    this.#waitForRest();
    if (this.#count > this.#few) this.#process ??= this.#start();
    return this.#process?.isReady === true ? this.#process : undefined;
  }

  #start(): StarterProcess {
    const started = new StarterProcess(this.#program, () => {
      if (this.#process === started) this.#process = undefined;
      this.#count = 0;
    });
    return started;
  }

  #waitForRest(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (this.#process?.isIdle === false) return this.#waitForRest();
      this.#count = 0;
      this.#process?.close();
    }, REST_MS).unref();
  }
}

/**
 * From now on, this process starts its tools through another one, while it starts many.
 * @param program the built `starter.ts`.
 */
export function useToolStarter(program: string, few = FEW): void {
  const starter = new ToolStarter(program, few);
  setStarter(() => starter.get());
}
