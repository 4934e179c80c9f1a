import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as users from '../../capabilities/logins/rules/users.ts';

export default defineFunction({
  name: 'twofactorauth_get_user_configs',
  since: 54,
  summary: 'List the users who have set up two-factor authentication.',
  description:
    'With “user”, only that user is returned, even if it has not set up two-factor authentication. A reseller ' +
    'sees itself and the accounts that it owns.',
  access: ['create-acct'],
  effect: 'reads',
  params: {
    user: { ...existingUser, doc: 'The user to show. Default: all enrolled users.' },
  },
  returns: {
    keys: 'USER',
    map: {
      fields: {
        is_enabled: { type: 'flag', doc: '1 if the user has set up two-factor authentication.' },
        primary_domain: {
          type: 'string|null',
          doc: 'The account’s main domain; null for a user without one, such as root.',
        },
      },
    },
  },
  examples: [{ args: { user: 'root' }, doc: 'Check whether root is enrolled.' }],

  async handler({ user }, context) {
    const { caller, db } = context;
    if (user === undefined) {
      const record = [
        ['is_enabled', '1'],
        ['primary_domain', 'domain'],
      ] as const;
      if (await tfa.leaveEnrolled(context, caller, record)) return {};
      const enrolled = await tfa.listEnrolled(db, caller);
      return Object.fromEntries(
        enrolled.map(({ username, domain }) => [username, { is_enabled: 1, primary_domain: domain }]),
      );
    }
    await users.assertManageable(db, caller, user);
    const isEnrolled = await tfa.isEnrolled(db, user);
    const domain = (await accounts.find(db, user))?.domain ?? null;
    return { [user]: { is_enabled: isEnrolled ? 1 : 0, primary_domain: domain } };
  },
});
