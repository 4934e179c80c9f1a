import { defineFunction } from '../../core/define.ts';
import { badParam, denied, notFound } from '../../core/errors.ts';
import { LOWEST_ID } from '../../model/accounts/new-account.ts';

export default defineFunction({
  name: 'untrack_acct_id',
  since: 58,
  summary: 'Let the user id of a removed account be given to a new one again.',
  description:
    'The ids of removed accounts are not given out again, because files of theirs may still lie about. Groups have ' +
    'the ids of their users.',
  access: 'root',
  effect: 'changes',
  params: {
    uid: { type: 'integer', min: 0, doc: 'The user id.' },
    gid: { type: 'integer', min: 0, doc: 'The group id; the same as uid.' },
    check_exists: { type: 'flag', default: 1, doc: '0 also for an id that an account has.' },
    protect_system: {
      type: 'flag',
      default: 1,
      doc: '0 also for an id below 1000, which system users have.',
    },
    check_quota: {
      type: 'flag',
      doc: 'Whether to look for files of the id.',
      inert: 'the quota database is not searched.',
    },
  },
  returns: null,
  examples: [
    {
      args: { uid: '10001' },
      doc: 'Let the id 10001 be used again.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'removeacct', args: { username: 'bob' } },
      ],
    },
  ],

  async handler(args, { db }) {
    const ids = [args.uid, args.gid].filter((id) => id !== undefined);
    if (ids.length === 0) throw badParam('One of the parameters “uid” and “gid” is required: a user id.');
    for (const id of new Set(ids)) {
      if (args.protect_system && id < LOWEST_ID) {
        throw denied(`The id ${id} is one of the system’s; give protect_system=0 if you mean it.`);
      }
      if (
        args.check_exists &&
        (await db.get('SELECT 1 FROM account WHERE uid = ? AND server = ?', id, db.server)) !== undefined
      ) {
        throw badParam(`The id ${id} is that of an account; give check_exists=0 if you mean it.`);
      }
      if ((await db.run('DELETE FROM removed_user_id WHERE id = ? AND server = ?', id, db.server)) === 0) {
        throw notFound(`The id ${id} is not that of a removed account.`);
      }
    }
  },
});
