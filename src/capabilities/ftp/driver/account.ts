// The FTP logins of an account: its own, and those of its FTP accounts.
import type { PlannedStep } from '../../../core/plan.ts';
import { partParams, type AccountPart, type PartDependencies } from '../../accounts/driver/account-part.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { anonymousOf } from '../rules/anonymous.ts';
import { changedLoginsOf, loginsOf, ROLE, settingsOf } from '../rules/ftp-accounts.ts';
import endSessions from './steps/end-sessions.ts';
import writeAnonymous from './steps/write-anonymous.ts';
import writeLogins from './steps/write-logins.ts';

declare module '../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** FTP accounts work although the account is suspended. */
    readonly keepsFtp?: boolean;
  }
  interface PartFacts {
    /** The same. Undefined: as before if it was suspended, otherwise they do not. */
    readonly keepsFtp?: boolean | undefined;
  }
}

export const part: AccountPart = {
  params: {
    suspended: partParams(
      {
        'leave-ftp-accts-enabled': {
          type: 'flag',
          doc: '1: the FTP accounts keep working, but not the login of the account itself. Default: 0, or as before if the account is already suspended.',
        },
      },
      ({ 'leave-ftp-accts-enabled': keepsFtp }) => (keepsFtp === undefined ? {} : { keepsFtp }),
    ),
  },

  // The step itself asks the machine for the IDs and the home.
  created: ({ roles }, { account: { username } }) =>
    roles.has(ROLE) ? [writeLogins.plan({ username, hasOwn: true, accounts: [] })] : [],

  async changed({ db, roles }, before, after) {
    const isSame =
      before.username === after.username && before.home === after.home && before.domain === after.domain;
    if (isSame || !roles.has(ROLE)) return [];
    const { username: former } = before;
    const logins = await changedLoginsOf(db, before, after);
    const anonymous = anonymousOf(after, await settingsOf(db, former));
    return [
      writeLogins.plan({ ...logins, former }),
      ...(anonymous === null ? [] : [writeAnonymous.plan({ username: after.username, former, anonymous })]),
    ];
  },

  // The processes of the user end after this: those of its FTP sessions too.
  async suspended({ db, roles, wishes, now }, account) {
    const facts = wishes.keepsFtp === undefined ? {} : { keepsFtp: wishes.keepsFtp };
    if (!roles.has(ROLE)) return { steps: [], locks: [], facts };
    const { username } = account;
    const settings = await settingsOf(db, username);
    const wasKept = account.suspendedAt !== null && settings.onWhileSuspended;
    const onWhileSuspended = wishes.keepsFtp ?? wasKept;
    const suspended = { ...account, suspendedAt: account.suspendedAt ?? now() };
    const steps = [writeLogins.plan(await loginsOf(db, suspended, { ...settings, onWhileSuspended }))];
    return { steps, locks: [], facts };
  },

  unsuspended: async ({ db, roles }, account) =>
    roles.has(ROLE) ? [writeLogins.plan(await loginsOf(db, { ...account, suspendedAt: null }))] : [],

  // The folders of FTP accounts stay.
  async domainsChanged({ db, roles }, { account, after }) {
    if (!roles.has(ROLE)) return [];
    const { username } = account;
    const { accounts, ...logins } = await loginsOf(db, account);
    const kept = new Set([account.domain, ...after.map(({ domain }) => domain)]);
    const isGone = ({ login }: { readonly login: string }) =>
      !kept.has(login.slice(login.lastIndexOf('@') + 1));
    const gone = accounts.filter(isGone).map(({ login }) => login);
    if (gone.length === 0) return [];
    return [
      writeLogins.plan({ ...logins, accounts: accounts.filter((one) => !isGone(one)) }),
      endSessions.plan({ username, logins: gone }),
    ];
  },

  async removed({ db, roles }, { username }) {
    if (!roles.has(ROLE)) return [];
    const { anonymous } = await settingsOf(db, username);
    return [
      ...(anonymous ? [writeAnonymous.plan({ username, anonymous: null })] : []),
      writeLogins.plan({ username, hasOwn: false, accounts: [] }),
    ];
  },

  // With the user, whose IDs and home the logins have.
  rebuilt: async ({ db, roles }, account, rebuilt) =>
    rebuilt === 'user' && roles.has(ROLE) ? presentSteps(db, account) : [],
};

async function presentSteps(db: PartDependencies['db'], account: Account): Promise<PlannedStep[]> {
  const { username } = account;
  const anonymous = anonymousOf(account, await settingsOf(db, username));
  return [
    writeLogins.plan(await loginsOf(db, account)),
    ...(anonymous === null ? [] : [writeAnonymous.plan({ username, anonymous })]),
  ];
}
