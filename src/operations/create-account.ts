// A new account: a user of the machine with a home, and what the store knows of it.
import { defineOperation, type Step } from '../core/operation.ts';
import { prefixClaim } from '../model/account-names.ts';
import * as accounts from '../model/accounts.ts';
import * as packages from '../model/packages.ts';
import * as resellers from '../model/resellers.ts';
import type { Settings } from '../model/settings.ts';

interface CreateAccount {
  /** As it will be. Its uid is the one it shall have; 0 leaves it to the machine. */
  readonly account: accounts.Account;
  /** True where somebody asked for this uid: no other will do. */
  readonly isUidAsked: boolean;
  readonly hasPassword: boolean;
  readonly isReseller: boolean;
  /** What the package held when the account was planned. */
  readonly packageSettings: Settings;
}

export default defineOperation<CreateAccount>({
  claims: ({ account }) => [
    `account ${account.username}`,
    `domain ${account.domain}`,
    prefixClaim(account),
    // Its limits are checked before: of two accounts at once, the second might be one too many.
    ...(account.owner === 'root' ? [] : [`accounts of ${account.owner}`]),
    ...(account.settings.dedicatedIp ? [`address ${account.ip}`] : []),
  ],

  steps: ({ account, isUidAsked, hasPassword }) => {
    const { username, home, shellPath, uid, settings } = account;
    const steps: Step[] = [
      {
        says: `Make the user “${username}” with the home “${home}” and the shell “${shellPath}”.`,
        run: async (host) => {
          const users = await host.users();
          const user = { name: username, home, shell: shellPath, comment: account.domain };
          if (uid === 0) return users.create(user);
          return users.create({ ...user, uid }).catch((error: unknown) => {
            // Somebody has the id: then what the machine chooses is beyond it, and beyond those of removed accounts.
            if (isUidAsked || (error as { code?: string }).code !== 'exists') throw error;
            return users.create(user);
          });
        },
        undo: async (host) => (await host.users()).undoCreate({ name: username, home }),
      },
    ];
    if (hasPassword) {
      steps.push({
        says: `Set the password of “${username}”.`,
        run: async (host, secret) => (await host.users()).setPassword(username, secret),
      });
    }
    if (settings.diskLimit !== null) steps.push(limitDisk(username, settings.diskLimit));
    return steps;
  },

  async finish(db, { account, isReseller, packageSettings }, { host }) {
    const { username } = account;
    await packages.ensureStill(db, account.package, packageSettings);
    const user = await (await host.users()).find(username);
    if (user === undefined) throw new Error(`The user “${username}” is gone.`);
    const { blocks, inodes } = await (await host.quota()).usage(username);
    await accounts.insert(db, { ...account, uid: user.uid, blocksUsed: blocks, inodesUsed: inodes });
    if (isReseller) await resellers.setUp(db, username, false);
  },
});

/** Where the file system enforces limits; elsewhere the account has it in the store alone. */
function limitDisk(username: string, mebibytes: number): Step {
  return {
    says: `Limit the disk space of “${username}” to ${mebibytes} MiB, where the file system enforces limits.`,
    run: async (host) => {
      const quota = await host.quota();
      if (await quota.isEnabled()) await quota.setLimit(username, mebibytes);
    },
  };
}
