// Records each password check on the machine of an installation.
import type { MachineUsers } from '../../src/core/machine.ts';
import type { Installation } from './installation.ts';
import { password } from './server.ts';

export interface Watched {
  /** How many checks there were. */
  count: number;
  /** The maximum number of simultaneous checks. */
  most: number;
  /** How many are running. */
  running: number;
  restore(): void;
}

/** A check that takes a moment, even on a busy machine. */
const quickCheck = async (_user: string, given: string) => {
  await new Promise((done) => setTimeout(done, 10));
  return given === password;
};

/** `check` is called instead of the machine’s own. */
export function watchPasswords(
  here: Installation,
  check: (user: string, given: string) => Promise<boolean> = quickCheck,
): Watched {
  const { machine } = here.engine;
  const watched: Watched = {
    count: 0,
    most: 0,
    running: 0,
    restore: () => {
      delete here.overrides.machine;
    },
  };
  const users = async (): Promise<MachineUsers> => {
    const original = await machine.users();
    return new Proxy(original, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'verifyPassword') return member.bind(target) as unknown;
        return async (user: string, given: string) => {
          watched.count += 1;
          watched.running += 1;
          watched.most = Math.max(watched.most, watched.running);
          try {
            return await check(user, given);
          } finally {
            watched.running -= 1;
          }
        };
      },
    });
  };
  here.overrides.machine = { ...machine, users };
  return watched;
}
