// Calls whose response can be long are made in another process, so that no other call waits for them.
import type { Call, Caller } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import type { Outcome, Report } from './report.ts';

/** Files and the like, which a server reads between other calls. */
const MOST_HERE = 300;

interface Of {
  readonly call: Call;
  readonly caller: Caller;
  readonly engine: Engine;
  readonly report: Report;
}

class FoundLong extends Error {}

export class Beside {
  readonly #of: Of;
  #mayLeave = false;

  constructor(of: Of) {
    this.#of = of;
  }

  /**
   * Undefined if this process makes the call.
   * @param isLong it was found to be long. Otherwise the size of the store decides.
   * @throws ApiError `busy`, `limit_reached`.
   */
  async make(fn: AnyFunction, isLong = false): Promise<Outcome | undefined> {
    const { call, caller, engine, report } = this.#of;
    if (!this.#isPossible(fn)) return undefined;
    const made = await engine.beside?.(call, caller, isLong);
    return made && report.adopt(made);
  }

  /** Makes the call in this process unless it can be long, or its look finds that it is (`leaveIfLong`). */
  async makeOrPerform(fn: AnyFunction, perform: () => Promise<Outcome>): Promise<Outcome> {
    const made = await this.make(fn);
    if (made !== undefined) return made;
    this.#mayLeave = this.#isPossible(fn);
    try {
      return await perform();
    } catch (error) {
      if (!(error instanceof FoundLong)) throw error;
      this.#mayLeave = false;
      return (await this.make(fn, true)) ?? perform();
    }
  }

  /** `FreeContext.leaveIfLong`. */
  readonly leaveIfLong = (count: number): void => {
    if (this.#mayLeave && count > MOST_HERE) throw new FoundLong();
  };

  #isPossible(fn: AnyFunction): boolean {
    const { call, engine } = this.#of;
    const { beside, insideDryRun } = engine;
    if (beside === undefined || insideDryRun === true || !canBeLong(fn)) return false;
    // Another process has neither of them.
    return call.uploads === undefined && call.assertCurrent === undefined;
  }
}

/** True if the function only reads, and its response can grow with the server. */
export function canBeLong({ effect, list, returns }: AnyFunction): boolean {
  const isMap = returns !== null && typeof returns.map === 'object' && 'keys' in returns;
  return (effect === 'reads' || effect === 'looks') && (list !== undefined || isMap);
}
