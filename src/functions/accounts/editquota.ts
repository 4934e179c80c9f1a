import { changeAccount } from '../../life/plans/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { isQuotaEnabled, warnOfQuota } from '../../capabilities/accounts/rules/quota.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as changedAccount from '../../life/rules/changed-account.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';

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
      setUp: ['createacct'],
    },
  ],

  look: (_args, context) => isQuotaEnabled(context),

  async handler(args, context, hasQuota) {
    const before = await accounts.get(context.db, context.caller, args.user);
    const settings = form.readSettings({ diskLimit: args.quota });
    const after = await changedAccount.plan(context, before, { settings });
    warnOfQuota(context, hasQuota, after.settings);
    context.plan(await changeAccount(context, { before, after }));
  },
});
