import type { Caller, Db } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { assertConfirmed, isAbove } from '../../capabilities/logins/rules/acting-as.ts';
import * as recoveryCodes from '../../capabilities/two-factor/rules/recovery-codes.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';
import * as tfaChanges from '../../capabilities/two-factor/rules/changes.ts';
import * as tfaCodes from '../../capabilities/two-factor/rules/codes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import { noSuchUser } from '../../capabilities/accounts/rules/accounts.ts';
import * as users from '../../capabilities/logins/rules/users.ts';

export default defineFunction({
  name: 'twofactorauth_remove_user_config',
  since: 54,
  summary: 'Remove the two-factor authentication of one or several users.',
  description:
    'Use this for a user who lost the phone. A lock after wrong codes is lifted. As in WHM, a user who had not ' +
    'set it up counts as modified, and a message says so. Users that cannot be modified are listed in “failed”, ' +
    'and the others are still modified. A reseller can do this for itself and for the accounts that it owns.',
  destructive:
    'The secrets and recovery codes of the users are deleted, and their sessions end. This cannot be undone: they must set it up again.',
  access: ['create-acct'],
  effect: 'changes',
  params: {
    user: {
      ...existingUser,
      required: true,
      list: true,
      doc: 'A user. Repeatable, or numbered: user-1, user-2.',
    },
  },
  returns: {
    users_modified: { list: { type: 'string' }, doc: 'The users who now have no two-factor authentication.' },
    failed: { map: { type: 'string' }, keys: 'USER', doc: 'The reason why the user was not modified.' },
  },
  examples: [{ args: { user: ['root'] }, doc: 'Remove root’s two-factor authentication.' }],

  async handler(args, { caller, db, now, inform, warn }) {
    if (args.user.includes(caller.user)) assertConfirmed(caller, 'remove your two-factor authentication');
    const modified: string[] = [];
    const failed: Record<string, string> = {};
    for (const user of new Set(args.user)) {
      if (!(await mayRemove(db, caller, user))) {
        failed[user] = `You are not authorized to modify “${user}”.`;
      } else if (await users.exists(db, user)) {
        if (!(await tfa.isEnrolled(db, user))) inform(`“${user}” had not set up two-factor authentication.`);
        await tfa.remove(db, user);
        (await tfaCodes.reset({ db, now }, user)).forEach(inform);
        await recoveryCodes.removeAll(db, user);
        await sessions.closeAll(db, user);
        await tfaChanges.tellOwner(db, user, 'removed', now());
        modified.push(user);
      } else {
        failed[user] = noSuchUser(user);
      }
    }
    if (modified.length === 0) warn('No user was modified. See “failed” for the reasons.');
    return { users_modified: modified, failed };
  },
});

/** A caller cannot modify a user who has more privileges. */
async function mayRemove(db: Db, caller: Caller, user: string): Promise<boolean> {
  return (await users.mayManage(db, caller, user)) && !(await isAbove(db, caller, user));
}
