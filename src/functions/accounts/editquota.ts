import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import { warnOfQuota } from '../../model/accounts/quota.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import * as changedAccount from '../../model/accounts/changed-account.ts';
import * as form from '../../model/packages/form.ts';

export default defineFunction({
  name: 'editquota',
  since: 11,
  summary: 'Set the disk limit of an account.',
  access: ['quota'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    quota: { ...form.settingParams.diskLimit, required: true },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', quota: '2048' },
      doc: 'Two GiB of disk space for “bob”.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler(args, context) {
    const before = await accounts.get(context.db, context.caller, args.user);
    const settings = form.readSettings({ diskLimit: args.quota });
    const after = await changedAccount.plan(context, before, { settings });
    await warnOfQuota(context, after.settings);
    context.operate('change-account', { before, after });
  },
});
