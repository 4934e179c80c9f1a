// Decides when a server has a process that starts its tools: while it starts many.
import { existsSync } from 'node:fs';
import { setStarter } from './current-starter.ts';
import { nativeChannel } from './native-channel.ts';
import { nodeChannel } from './node-channel.ts';
import { StarterProcess } from './starter-process.ts';

/** How many tools this process starts itself, without a minute of rest, before it starts another process for them. */
const FEW = 10;
const REST_MS = 60_000;

export interface StarterPrograms {
  /** The built `starter.ts`. */
  readonly node: string;
  /** The compiled `tool-starter.c`, which needs less time. There may be none, or one that this machine cannot run. */
  readonly native?: string;
}

class ToolStarter {
  readonly #programs: StarterPrograms;
  readonly #few: number;
  #isNative: boolean;
  #process: StarterProcess | undefined;
  /** The tools that were started since the last rest. */
  #count = 0;
  #rest: NodeJS.Timeout | undefined;

  constructor(programs: StarterPrograms, few: number) {
    this.#programs = programs;
    this.#isNative = programs.native !== undefined && existsSync(programs.native);
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
    const { native = '', node } = this.#programs;
    const open = this.#isNative ? nativeChannel(native) : nodeChannel(node);
    const started = new StarterProcess(open, (hadStarted) => {
      if (!hadStarted) this.#isNative = false;
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

/** From now on, this process starts its tools through another one, while it starts many. */
export function useToolStarter(programs: StarterPrograms, few = FEW): void {
  const starter = new ToolStarter(programs, few);
  setStarter(() => starter.get());
}
