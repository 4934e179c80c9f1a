// Login attempts on an installation, as a server makes them, in any number of processes.
import type { Machine } from '../../src/core/machine.ts';
import type { Engine } from '../../src/core/engine.ts';
import type { MachineCommands, MachineFirewall } from '../../src/core/machine.ts';
import * as bruteForce from '../../src/capabilities/logins/rules/brute-force/brute-force.ts';
import type {
  BruteForceContext,
  Failure,
  Reaction,
  Refusal,
} from '../../src/capabilities/logins/rules/brute-force/brute-force.ts';
import type { Installation } from './installation.ts';

export class Logins {
  readonly #here: Installation;
  readonly #store: Engine['store'];

  /** `store` belongs to another process on the same installation. */
  constructor(here: Installation, store = here.engine.store) {
    this.#here = here;
    this.#store = store;
  }

  /** Undefined if the login may be tried. */
  check(user: string, address: string): Promise<Refusal | undefined> {
    return this.#within((context) => bruteForce.check(context, { user, address }));
  }

  /** Whether a login is allowed: 'free', or the reason. */
  async state(user: string, address: string): Promise<string> {
    return (await this.check(user, address))?.kind ?? 'free';
  }

  fail(failure: Failure): Promise<Reaction[]> {
    return this.#within((context) => bruteForce.recordFailure(context, failure));
  }

  /** Fails this many times, each time with another password. @returns the reaction to the last one. */
  async failTimes(times: number, user: string, address: string): Promise<Reaction[]> {
    let last: Reaction[] = [];
    for (let done = 0; done < times; done++) {
      last = await this.fail({ user, address, password: `wrong ${(this.#passwords += 1)}` });
    }
    return last;
  }
  #passwords = 0;

  succeed(user: string, address: string): Promise<void> {
    return this.#within((context) => bruteForce.recordSuccess(context, { user, address }));
  }

  #within<T>(work: (context: BruteForceContext) => Promise<T>): Promise<T> {
    const { engine } = this.#here;
    return this.#store.transaction('changes', async (db) => ({
      value: await work({ ...engine, db }),
      keep: true,
    }));
  }
}

/** A firewall and commands that record their calls, instead of the sandbox, which has none. */
export class PretendedMachine {
  readonly blocked = new Map<string, number>();
  readonly ran: (readonly string[])[] = [];
  isBroken = false;

  readonly firewall: MachineFirewall = {
    isAvailable: async () => true,
    block: async (address, until) => {
      if (this.isBroken) throw new Error('It is broken.');
      this.blocked.set(address, until);
    },
    unblock: async (address) => {
      if (this.isBroken) throw new Error('It is broken.');
      this.blocked.delete(address);
    },
    list: async () => [...this.blocked].map(([address, until]) => ({ address, until })),
  };

  readonly commands: MachineCommands = {
    isSupported: true,
    start: async (words) => {
      if (this.isBroken) throw new Error('It is broken.');
      this.ran.push(words);
    },
  };

  on(here: Installation): Machine {
    const machine = {
      ...here.engine.machine,
      firewall: async () => this.firewall,
      commands: async () => this.commands,
    };
    here.overrides = { ...here.overrides, machine };
    return machine;
  }
}
