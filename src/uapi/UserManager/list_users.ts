import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { ownRow, userRow } from '../../life/rules/own-users.ts';

export default defineUapi({
  name: 'UserManager::list_users',
  since: 54,
  summary: 'List the users of the account.',
  description:
    'The only user is the account itself: this server has no subaccounts, and mailboxes and FTP accounts are in ' +
    'Email::list_pops and Ftp::list_ftp.',
  effect: 'reads',
  feature: 'user_manager',
  params: {
    flat: {
      type: 'flag',
      doc: '1: without users of the same name in “merge_candidates”.',
      noEffectReason: 'there are no such users.',
    },
  },
  returns: { list: userRow },
  examples: [{ args: {}, doc: 'All users.' }],

  async handler(_args, context) {
    return [await ownRow(context, await accounts.getOwn(context.db, context.caller))];
  },
});
