// The system user of an account.
import type { PlannedStep } from '../../../../core/plan.ts';
import { isWithoutPassword } from '../../../../core/machine-values.ts';
import * as copies from '../../../../ground/rules/machine-copies.ts';
import { HOME, USER, type AccountPart, type Missing, type PartDependencies } from '../account-part.ts';
import restoreCrontab from '../crontabs/steps/restore.ts';
import { domainLogs, LOG_LINK } from '../../../../ground/driver/virtual-hosts/places.ts';
import create from './steps/create.ts';
import makeHome from './steps/make-home.ts';
import recreate from './steps/recreate.ts';
import remove from './steps/remove.ts';
import rename from './steps/rename.ts';
import setShell from './steps/set-shell.ts';
import suspend from './steps/suspend.ts';
import unsuspend from './steps/unsuspend.ts';

declare module '../../../../ground/rules/machine-copies.ts' {
  interface Contents {
    readonly login: {
      readonly gid: number;
      /** As in the shadow file, without the lock of a suspension. */
      readonly hash: string;
      readonly crontab: string;
    };
  }
}

/** As cPanel has it. A sandbox has no such logs. */
const linksOf = ({ roles, system }: Pick<PartDependencies, 'roles' | 'system'>, name: string) =>
  roles.has(WEB) && !system.isSandbox && { links: { [LOG_LINK]: domainLogs(name) } };

/** The role of a server that has websites. */
const WEB = 'WebServer';

export const part: AccountPart = {
  created(context, { account, isUidAsked, hasPassword }) {
    const { username: name, home, shellPath: shell, domain: comment, uid } = account;
    return [
      create.plan({ name, home, shell, comment, uid, isUidAsked, hasPassword, ...linksOf(context, name) }),
    ];
  },

  async copied({ machine }, usernames) {
    const found = await (await machine.users()).logins([...usernames]);
    return [...found].map(([name, content]) => ({ kind: 'login', name, username: name, content }));
  },

  rebuilds: [USER, HOME],

  async missing({ machine }, accounts) {
    const users = await machine.users();
    const present = await users.findAll(accounts.map(({ username }) => username));
    const missing: Missing[] = [];
    for (const { username, uid, home } of accounts) {
      const user = present.get(username);
      // One with another ID is somebody else.
      if (user?.uid !== uid)
        missing.push({ username, part: USER, what: `the user “${username}” (ID ${uid})` });
      if ((await users.homeOf({ home, uid })) === 'missing')
        missing.push({ username, part: HOME, what: `the home directory “${home}”, without its files` });
    }
    return missing;
  },

  async lookToRebuild({ machine }, part) {
    return part === USER ? { hasQuota: await (await machine.quota()).isEnabled() } : {};
  },

  async rebuilt(context, account, part) {
    const { username: name, home, shellPath: shell, domain: comment, uid } = account;
    const links = linksOf(context, name);
    if (part === HOME) return [makeHome.plan({ name, home, ...links })];
    if (part !== USER) return [];
    const login = await copies.read(context, 'login', name);
    const { gid = uid, hash = '', crontab = '' } = login ?? {};
    const hasHash = !isWithoutPassword(hash);
    if (!hasHash) context.warn(`“${name}” has no password now: the backup has none. Set one with passwd.`);
    return {
      steps: [
        recreate.plan({ name, home, shell, comment, uid, gid, hasHash, ...links }),
        ...(crontab === '' ? [] : [restoreCrontab.plan({ name, text: crontab })]),
        ...(account.suspendedAt === null ? [] : [suspend.plan({ name })]),
      ],
      locks: [],
      secret: hasHash ? hash : undefined,
    };
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
