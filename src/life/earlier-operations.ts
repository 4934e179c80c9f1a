// Unfinished operations of versions before 0.2. Their journal entries have the input and the number of started steps.
// Those versions derived the steps from the input. This file derives the same steps, so that the operations can be
// undone or completed.
import type { JournaledStep, JournalEntry, PlannedStep } from '../core/plan.ts';
import unblock from '../capabilities/logins/driver/firewall/steps/unblock.ts';
import limit from '../capabilities/accounts/driver/quota/steps/limit.ts';
import create from '../capabilities/accounts/driver/users/steps/create.ts';
import expirePassword from '../capabilities/accounts/driver/users/steps/expire-password.ts';
import remove from '../capabilities/accounts/driver/users/steps/remove.ts';
import rename from '../capabilities/accounts/driver/users/steps/rename.ts';
import setPassword from '../capabilities/accounts/driver/users/steps/set-password.ts';
import setShell from '../capabilities/accounts/driver/users/steps/set-shell.ts';
import suspend from '../capabilities/accounts/driver/users/steps/suspend.ts';
import unsuspend from '../capabilities/accounts/driver/users/steps/unsuspend.ts';
import type { FirewallBlock } from '../core/machine.ts';
import type { Account } from '../capabilities/accounts/rules/accounts.ts';

interface Change {
  readonly before: Account;
  readonly after: Account;
}

/** The inputs of the kinds of operations with steps. */
interface Inputs {
  'create-account': { account: Account; isUidAsked: boolean; hasPassword: boolean };
  'change-account': Change;
  'change-package': { accounts: Change[] };
  'remove-account': { username: string; home: string; uid: number };
  'suspend-account': { username: string; isNew: boolean };
  'unsuspend-account': { username: string };
  'set-password': { username: string };
  'expire-passwords': { usernames: string[] };
  'lift-firewall-blocks': { blocks: FirewallBlock[] };
}

const stepsOf: { readonly [Kind in keyof Inputs]: (input: Inputs[Kind]) => PlannedStep[] } = {
  'create-account': ({ account, isUidAsked, hasPassword }) => [
    create.plan({
      name: account.username,
      home: account.home,
      shell: account.shellPath,
      comment: account.domain,
      uid: account.uid,
      isUidAsked,
      // In those versions, setting the password was a separate step.
      hasPassword: false,
    }),
    ...(hasPassword ? [setPassword.plan({ name: account.username })] : []),
  ],
  'change-account': changeSteps,
  'change-package': ({ accounts }) => accounts.flatMap(changeSteps),
  'remove-account': ({ username, home, uid }) => [remove.plan({ name: username, home, uid })],
  'suspend-account': ({ username }) => [suspend.plan({ name: username })],
  'unsuspend-account': ({ username }) => [unsuspend.plan({ name: username })],
  'set-password': ({ username }) => [setPassword.plan({ name: username })],
  'expire-passwords': ({ usernames }) => usernames.map((name) => expirePassword.plan({ name })),
  'lift-firewall-blocks': ({ blocks }) =>
    blocks.map(({ address, until }) => unblock.plan({ address, until })),
};

function changeSteps({ before, after }: Change): PlannedStep[] {
  const steps: PlannedStep[] = [];
  const [from, to] = [before, after].map(({ username, home }) => ({ name: username, home })) as [
    { name: string; home: string },
    { name: string; home: string },
  ];
  if (from.name !== to.name || from.home !== to.home) steps.push(rename.plan({ from, to }));
  if (before.shellPath !== after.shellPath) {
    steps.push(setShell.plan({ name: to.name, shell: after.shellPath, before: before.shellPath }));
  }
  const [had, has] = [before.settings.diskLimit, after.settings.diskLimit];
  if (had !== has) steps.push(limit.plan({ name: to.name, limit: has, before: had }));
  return steps;
}

const irreversible: ReadonlySet<string> = new Set(['remove-account', 'set-password', 'expire-passwords']);

/** Adds the steps to an entry of such a version. Other entries are returned unchanged. */
export function withSteps(entry: JournalEntry): JournalEntry {
  const { kind, input, steps, begunBefore } = entry;
  if (begunBefore === 0 || steps.length > 0 || !Object.hasOwn(stepsOf, kind)) return entry;
  const planned = stepsOf[kind as keyof Inputs](input as never);
  return {
    ...entry,
    irreversible: irreversible.has(kind),
    needsSecret: kind === 'set-password',
    steps: planned.map((step, position): JournaledStep => ({
      ...step,
      state: stateOf(position + 1, begunBefore),
      memento: kind === 'suspend-account' ? { wasSuspended: !(input as Inputs[typeof kind]).isNew } : null,
      result: null,
    })),
  };
}

function stateOf(number: number, begun: number): JournaledStep['state'] {
  if (number > begun) return 'planned';
  return number === begun ? 'begun' : 'done';
}
