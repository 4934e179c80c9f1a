// The helper processes of all users: at most one for each user, which does one work after another. It is kept for a
// while, because starting one takes longer than most work.
import { MachineError } from '../../core/machine-error.ts';
import { HelperProcess, type Answer, type Started, type Work } from './helper-process.ts';

const MAX_HELPERS = 16;
const MAX_WAITING = 64;
const IDLE_MS = 20_000;

interface Slot {
  helper: HelperProcess | undefined;
  /** The end of the last work that was requested. */
  last: Promise<unknown>;
  waiting: number;
  idle: NodeJS.Timeout | undefined;
}

export class Helpers {
  readonly #slots = new Map<string, Slot>();
  /** Wake one work that waits because there are too many helpers. */
  readonly #turns: (() => void)[] = [];
  #busy = 0;

  /**
   * @param key identifies the user and its rights. @param start how its helper is started.
   * @throws MachineError `failed` also if too much work is waiting for this user.
   */
  perform(key: string, start: () => Started, work: Work): Promise<Answer> {
    const slot = this.#slots.get(key) ?? {
      helper: undefined,
      last: Promise.resolve(),
      waiting: 0,
      idle: undefined,
    };
    this.#slots.set(key, slot);
    if (slot.waiting >= MAX_WAITING)
      throw new MachineError(
        'failed',
        'Too many calls are working on this user’s files. Retry the call later.',
      );
    slot.waiting++;
    const done = slot.last.then(() => this.#perform(key, slot, start, work));
    slot.last = done.catch(() => undefined);
    return done.finally(() => slot.waiting--);
  }

  async #perform(key: string, slot: Slot, start: () => Started, work: Work): Promise<Answer> {
    clearTimeout(slot.idle);
    await this.#turn();
    try {
      if (slot.helper?.isUsable !== true) slot.helper = new HelperProcess(start());
      return await slot.helper.perform(work);
    } finally {
      this.#busy--;
      this.#turns.shift()?.();
      slot.idle = setTimeout(() => this.#close(key, slot), IDLE_MS).unref();
      this.#limit(key);
    }
  }

  async #turn(): Promise<void> {
    while (this.#busy >= MAX_HELPERS) await new Promise<void>((wake) => this.#turns.push(wake));
    this.#busy++;
  }

  /** Ends the helpers that have been idle for longest if there are too many. */
  #limit(current: string): void {
    const slot = this.#slots.get(current);
    if (slot !== undefined) {
      this.#slots.delete(current);
      this.#slots.set(current, slot);
    }
    for (const [key, one] of this.#slots) {
      if (this.#slots.size <= MAX_HELPERS) return;
      if (key !== current && one.waiting === 0) this.#close(key, one);
    }
  }

  #close(key: string, slot: Slot): void {
    if (slot.waiting > 0) return;
    clearTimeout(slot.idle);
    slot.helper?.close();
    if (this.#slots.get(key) === slot) this.#slots.delete(key);
  }
}
