// A new account: a user of the machine with a home, and what the store knows of it.
import { defineOperation, type Step } from '../core/operation.ts';
import { prefixClaim } from '../model/accounts/names.ts';
import * as accounts from '../model/accounts/accounts.ts';
import * as packages from '../model/packages/packages.ts';
import * as resellers from '../model/resellers/resellers.ts';
import type { Settings } from '../model/packages/settings.ts';

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
        run: async (machine) => {
          const users = await machine.users();
          const user = { name: username, home, shell: shellPath, comment: account.domain };
          if (uid === 0) return users.create(user);
          return users.create({ ...user, uid }).catch((error: unknown) => {
            // Somebody has the id: then what the machine chooses is beyond it, and beyond those of removed accounts.
            if (isUidAsked || (error as { code?: string }).code !== 'exists') throw error;
            return users.create(user);
          });
        },
        undo: async (machine) => (await machine.users()).undoCreate({ name: username, home }),
      },
    ];
    if (hasPassword) {
      steps.push({
        says: `Set the password of “${username}”.`,
        run: async (machine, secret) => (await machine.users()).setPassword(username, secret),
      });
    }
    if (settings.diskLimit !== null) steps.push(limitDisk(username, settings.diskLimit));
    return steps;
  },

  async finish(db, { account, isReseller, packageSettings }, { machine }) {
    const { username } = account;
    await packages.ensureStill(db, account.package, packageSettings);
    const user = await (await machine.users()).find(username);
    if (user === undefined) throw new Error(`The user “${username}” is gone.`);
    const { blocks, inodes } = await (await machine.quota()).usage(username);
    await accounts.insert(db, { ...account, uid: user.uid, blocksUsed: blocks, inodesUsed: inodes });
    if (isReseller) await resellers.setUp(db, username, false);
  },
});

/** Where the file system enforces limits; elsewhere the account has it in the store alone. */
function limitDisk(username: string, mebibytes: number): Step {
  return {
    says: `Limit the disk space of “${username}” to ${mebibytes} MiB, where the file system enforces limits.`,
    run: async (machine) => {
      const quota = await machine.quota();
      if (await quota.isEnabled()) await quota.setLimit(username, mebibytes);
    },
  };
}
