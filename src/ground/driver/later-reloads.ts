// Reloads for new accounts, which nobody waits for. The more accounts there are, the longer a reload takes, so the more
// accounts share it.
import type { Timing } from '../../core/timing.ts';

export interface LaterReload {
  /** Requests of the same key share a reload. */
  readonly key: string;
  /** The lowest are reloaded first: PHP-FPM must know a pool before Apache uses it. */
  readonly order: number;
  readonly run: () => Promise<void>;
  /** Returns once the daemon works with the change. */
  readonly used: () => Promise<unknown>;
  /** Called if the reload fails. */
  readonly failed?: () => Promise<void>;
  /** A reload of a higher order follows, and begins this one as well. */
  readonly isFollowed?: true;
}

/** The rest is never longer: what a daemon never uses is waited for in vain, which says nothing about a reload. */
const MAX_REST_MS = 60_000;

export class LaterReloads {
  readonly #timing: Timing;
  readonly #rest: number;
  #waiting: LaterReload[] = [];
  #isWorking = false;
  #readyAt = -Infinity;
  /** Ends after the reloads for which it works now, and the rest before them. */
  #round: Promise<unknown> = Promise.resolve();
  /** True if that has begun: what is added now waits for the next one. */
  #hasBegun = false;
  #outlivesCalls = false;
  /** The reloads that have begun. */
  #begun: Promise<unknown> = Promise.resolve();

  /** @param rest after reloads, at least so many times their duration passes before the next. */
  constructor(timing: Timing, rest: number) {
    this.#timing = timing;
    this.#rest = rest;
  }

  /** From now on, `add` always returns at once, because this process goes on. */
  outliveCalls(): void {
    this.#outlivesCalls = true;
  }

  /**
   * Returns at once if an earlier reload is still running or was so recently that this one must wait. Otherwise it
   * returns once all waiting reloads are requested: a process that ends then has not forgotten any.
   * @throws the error of the reload, if it was waited for.
   */
  async add(reload: LaterReload): Promise<void> {
    this.#waiting.push(reload);
    if (!isBeginning(reload) || this.#isWorking) return;
    this.#isWorking = true;
    const isReady = this.#timing.now() >= this.#readyAt;
    const requested = this.#work();
    if (isReady && !this.#outlivesCalls) await requested;
    // A task confirms that all new files are used. It also reports why one is not.
    else requested.catch(() => undefined);
  }

  /** Returns once all that were added before are over, whether or not they failed. */
  async areOver(): Promise<void> {
    const isAnyLate = this.#hasBegun && this.#waiting.some(isBeginning);
    await this.#round;
    // Those that came too late for that round are in the next.
    if (isAnyLate) await this.#round;
  }

  /** Loads what waits and has a lower order, for a reload that needs it. If that fails, a task reports it. */
  async runBelow(order: number): Promise<void> {
    if (!this.#waiting.some((one) => one.order < order)) return;
    const run = async () => (await this.#run(this.#take((one) => one.order < order)))();
    await this.#exclusively(run).catch(() => undefined);
  }

  /** @returns once the first reloads are requested; it continues until none wait. */
  #work(): Promise<void> {
    let startedAt = 0;
    this.#hasBegun = false;
    const takeAll = () => {
      this.#hasBegun = true;
      return this.#take(() => true);
    };
    const requested = this.#pauseUntilReady().then(() => {
      startedAt = this.#timing.now();
      return this.#exclusively(() => this.#run(takeAll()));
    });
    this.#round = requested
      .then((used) => used())
      .catch(() => undefined)
      .then(() => {
        const now = this.#timing.now();
        this.#readyAt = now + Math.min(MAX_REST_MS, this.#rest * (now - startedAt));
        if (this.#waiting.some(isBeginning)) this.#work().catch(() => undefined);
        else this.#isWorking = false;
      });
    return requested.then(() => undefined);
  }

  async #pauseUntilReady(): Promise<void> {
    const rest = this.#readyAt - this.#timing.now();
    if (rest > 0) await this.#timing.pause(rest, { ref: false });
  }

  #take(isTaken: (reload: LaterReload) => boolean): LaterReload[] {
    const taken = this.#waiting.filter(isTaken);
    this.#waiting = this.#waiting.filter((one) => !isTaken(one));
    return taken;
  }

  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#begun.then(work);
    this.#begun = result.catch(() => undefined);
    return result;
  }

  /**
   * Runs a reload of each key, one after the other. If one fails, those of higher orders still run.
   * @returns what waits until the last daemon works with the changes. @throws the error of the last one.
   */
  async #run(reloads: readonly LaterReload[]): Promise<() => Promise<unknown>> {
    const ordered = reloads.toSorted((one, other) => one.order - other.order);
    const groups = [...new Set(ordered.map(({ key }) => key))].map((key) =>
      ordered.filter((one) => one.key === key),
    );
    const load = async (group: readonly LaterReload[]) => {
      try {
        await group[0]?.run();
      } catch (error) {
        await Promise.allSettled(group.map(async (one) => one.failed?.()));
        throw error;
      }
      return () => allUsed(group);
    };
    const last = groups.pop() ?? [];
    for (const group of groups)
      await load(group)
        .then((used) => used())
        .catch(() => undefined);
    return load(last);
  }
}

/** Returns once each is used or has failed. @throws the first error. */
async function allUsed(reloads: readonly LaterReload[]): Promise<void> {
  for (const [at, one] of reloads.entries()) {
    try {
      // Once the first is used, the others need no wait.
      await one.used();
    } catch (error) {
      // They may be used nevertheless, but do not wait as long one after the other.
      await Promise.allSettled(reloads.slice(at + 1).map((other) => other.used()));
      throw error;
    }
  }
}

/** Reloads that others follow begin with those. */
const isBeginning = ({ isFollowed }: LaterReload) => isFollowed !== true;
