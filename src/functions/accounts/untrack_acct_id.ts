import { defineFunction } from '../../core/define.ts';
import { badParam, denied, notFound } from '../../core/errors.ts';
import { LOWEST_ID } from '../../life/rules/new-account.ts';

export default defineFunction({
  name: 'untrack_acct_id',
  since: 58,
  summary: 'Allow the user ID of a removed account to be reused.',
  description:
    'User IDs of removed accounts are not reused, because files with these IDs might still exist. A group has the ' +
    'same ID as its user.',
  access: 'root',
  effect: 'changes',
  params: {
    uid: { type: 'integer', min: 0, doc: 'The user ID.' },
    gid: { type: 'integer', min: 0, doc: 'The group ID, which is the same as uid.' },
    check_exists: { type: 'flag', default: 1, doc: '0: also allow an ID that an account has.' },
    protect_system: {
      type: 'flag',
      default: 1,
      doc: '0: also allow an ID below 1000, which is reserved for system users.',
    },
    check_quota: {
      type: 'flag',
      doc: 'Whether to search for files with this ID.',
      noEffectReason: 'the quota database is not searched.',
    },
  },
  returns: null,
  examples: [
    {
      args: { uid: '10001' },
      doc: 'Allow the ID 10001 to be reused.',
      setUp: ['createacct', 'removeacct'],
    },
  ],

  async handler(args, { db }) {
    const ids = [args.uid, args.gid].filter((id) => id !== undefined);
    if (ids.length === 0) throw badParam('One of the parameters “uid” and “gid” is required: a user ID.');
    for (const id of new Set(ids)) {
      if (args.protect_system && id < LOWEST_ID) {
        throw denied(`The ID ${id} is reserved for system users. To allow it anyway, pass protect_system=0.`);
      }
      if (
        args.check_exists &&
        (await db.get('SELECT 1 FROM account WHERE uid = ? AND server = ?', id, db.server)) !== undefined
      ) {
        throw badParam(`An account has the ID ${id}. To allow it anyway, pass check_exists=0.`);
      }
      if ((await db.run('DELETE FROM removed_user_id WHERE id = ? AND server = ?', id, db.server)) === 0) {
        throw notFound(`The ID ${id} does not belong to a removed account.`);
      }
    }
  },
});
