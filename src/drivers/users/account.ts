// The system user of an account.
import type { PlannedStep } from '../../core/plan.ts';
import type { AccountPart } from '../account-part.ts';
import { domainLogs, LOG_LINK } from '../virtual-hosts/places.ts';
import create from './steps/create.ts';
import remove from './steps/remove.ts';
import rename from './steps/rename.ts';
import setShell from './steps/set-shell.ts';
import suspend from './steps/suspend.ts';
import unsuspend from './steps/unsuspend.ts';

/** The role of a server that has websites. */
const WEB = 'WebServer';

export const part: AccountPart = {
  created({ roles, system }, { account, isUidAsked, hasPassword }) {
    const { username: name, home, shellPath: shell, domain: comment, uid } = account;
    // As cPanel has it. A sandbox has no such logs.
    const links = roles.has(WEB) && !system.isSandbox && { [LOG_LINK]: domainLogs(name) };
    return [
      create.plan({ name, home, shell, comment, uid, isUidAsked, hasPassword, ...(links && { links }) }),
    ];
  },

  changed(_world, before, after) {
    const steps: PlannedStep[] = [];
    const from = { name: before.username, home: before.home };
    const to = { name: after.username, home: after.home };
    if (from.name !== to.name || from.home !== to.home) steps.push(rename.plan({ from, to }));
    if (before.shellPath !== after.shellPath) {
      steps.push(setShell.plan({ name: to.name, shell: after.shellPath, before: before.shellPath }));
    }
    return steps;
  },

  suspended: (_world, { username }) => [suspend.plan({ name: username })],
  unsuspended: (_world, { username }) => [unsuspend.plan({ name: username })],
  removed: (_world, { username, home, uid }) => [remove.plan({ name: username, home, uid })],
};
