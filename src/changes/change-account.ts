// An account becomes another: its name, home, shell and disk limit on the machine, and all of it in the store.
import { defineOperation, type Step } from '../core/operation.ts';
import { prefixClaim } from '../model/accounts/names.ts';
import * as accounts from '../model/accounts/accounts.ts';
import * as packages from '../model/packages/packages.ts';
import type { Limit, Settings } from '../model/packages/settings.ts';
import * as users from '../model/accounts/users.ts';

export interface ChangeAccount {
  readonly before: accounts.Account;
  readonly after: accounts.Account;
  /** What the package that it is given held when that was planned. */
  readonly packageSettings?: Settings;
}

export default defineOperation<ChangeAccount>({
  claims: ({ before, after }) => [
    `account ${before.username}`,
    `account ${after.username}`,
    `domain ${after.domain}`,
    ...(after.owner === 'root' ? [] : [`accounts of ${after.owner}`]),
    // What it owns gets the new name as well.
    ...(before.username === after.username ? [] : [`accounts of ${before.username}`, prefixClaim(after)]),
  ],
  steps: stepsOf,
  async finish(db, { before, after, packageSettings }, { sealer }) {
    if (packageSettings !== undefined) await packages.ensureStill(db, after.package, packageSettings);
    if (before.username !== after.username) await users.rename(db, sealer, before.username, after.username);
    await accounts.update(db, after);
  },
});

/** What differs on the machine. */
export function stepsOf({ before, after }: ChangeAccount): Step[] {
  const steps: Step[] = [];
  const [from, to] = [before, after].map(({ username, home }) => ({ name: username, home }));
  if (from !== undefined && to !== undefined && (from.name !== to.name || from.home !== to.home)) {
    steps.push({
      says: `Rename the user “${from.name}” to “${to.name}”, with the home “${to.home}”; its processes end.`,
      run: async (machine) => (await machine.users()).rename(from, to),
      undo: async (machine) => {
        const users = await machine.users();
        // With a home that the store does not know, it was refused from the beginning.
        const home = (await users.find(from.name))?.home ?? from.home;
        if (home === from.home) await users.rename(to, from);
      },
    });
  }
  const { username } = after;
  if (before.shellPath !== after.shellPath) {
    const setShell =
      (shell: string): Step['run'] =>
      async (machine) =>
        (await machine.users()).setShell(username, shell);
    steps.push({
      says: `Give “${username}” the shell “${after.shellPath}”.`,
      run: setShell(after.shellPath),
      undo: (machine) => setShell(before.shellPath)(machine, ''),
    });
  }
  const [had, has] = [before.settings.diskLimit, after.settings.diskLimit];
  if (had !== has) {
    steps.push({
      says: `Limit the disk space of “${username}” to ${has === null ? 'nothing less than all' : `${has} MiB`}, where the file system enforces limits.`,
      run: limitDisk(username, has),
      undo: (machine) => limitDisk(username, had)(machine, ''),
    });
  }
  return steps;
}

function limitDisk(username: string, limit: Limit): Step['run'] {
  return async (machine) => {
    const quota = await machine.quota();
    if (await quota.isEnabled()) await quota.setLimit(username, limit);
  };
}
