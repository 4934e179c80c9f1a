import { expirePasswords } from '../../capabilities/accounts/plans/expire-passwords.ts';
import { defineFunction } from '../../core/define.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { accountName } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'forcepasswordchange',
  since: 32,
  summary: 'Require accounts to change their password at the next login.',
  description:
    'Accounts that are not available to you are listed in a warning, and the others are still changed. With ' +
    'stop_on_failure=1, one such account cancels the whole call. The server’s own logins, such as SSH, ask for ' +
    'the new password; whmapi1d does not.',
  access: ['passwd'],
  effect: 'operates',
  params: {
    users_json: {
      type: 'json',
      required: true,
      actsOn: true,
      doc: 'The accounts, as JSON: {"bob":1,"carl":1}. An account with the value 0 is not changed.',
    },
    stop_on_failure: {
      type: 'flag',
      default: 0,
      doc: '1: change nothing if one account is not available.',
    },
  },
  returns: { updated: { list: { type: 'string' }, doc: 'The accounts that must choose a new password.' } },
  list: 'updated',
  examples: [
    {
      args: { users_json: '{"bob":1}' },
      doc: 'The account “bob” must choose a new password.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, { caller, db, plan, warn }) {
    const updated: string[] = [];
    for (const name of readNames(args.users_json)) {
      try {
        updated.push((await accounts.get(db, caller, name)).username);
      } catch (error) {
        if (args.stop_on_failure || !(error instanceof ApiError)) throw error;
        warn(error.message);
      }
    }
    if (updated.length > 0) plan(expirePasswords(updated));
    return { updated };
  },
});

/** Returns the keys whose value is not 0. @throws ApiError `bad_param`. */
function readNames(users: unknown): string[] {
  if (typeof users !== 'object' || users === null || Array.isArray(users)) {
    throw badParam('The parameter “users_json” should be a JSON hash of accounts, such as {"bob":1}.');
  }
  const names = Object.entries(users)
    .filter(([, value]) => Number(value) !== 0)
    .map(([name]) => name);
  if (!names.every((name) => accountName.pattern.matches.test(name))) {
    throw badParam(
      `The parameter “users_json” should have keys that are each ${accountName.pattern.expects}.`,
    );
  }
  return names;
}
