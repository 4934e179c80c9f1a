import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { get } from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'has_digest_auth',
  since: 34,
  summary: 'Check whether an account has digest authentication.',
  access: ['digest-auth'],
  effect: 'reads',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: { digestauth: { type: 'flag', doc: 'Whether it is enabled. To change it, use set_digest_auth.' } },
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, { caller, db }) {
    const { settings } = await get(db, caller, user);
    return { digestauth: Number(settings.digestAuth) };
  },
});
