import { changeAccount } from '../../life/plans/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { isQuotaEnabled, warnOfQuota } from '../../capabilities/accounts/rules/quota.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as packageAccounts from '../../life/rules/packages/accounts.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'changepackage',
  since: 11,
  summary: 'Change the package of an account.',
  description:
    'The account gets all settings of the package, including its feature list. If the account already has the ' +
    'package, its settings are reset to those of the package. Its IP address and its feature overrides are kept. ' +
    'For a package with a shell, a reseller needs the privilege allow-shell.',
  access: ['upgrade-account'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    pkg: { ...packages.existingPackage, required: true, doc: 'The new package.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', pkg: 'gold' },
      doc: 'Change the package of the account “bob” to “gold”.',
      setUp: ['createacct', 'addpkg'],
    },
  ],

  look: (_args, context) => isQuotaEnabled(context),

  async handler(args, context, hasQuota) {
    const { caller, db } = context;
    const account = await accounts.get(db, caller, args.user);
    const plan = await packages.get(db, caller, args.pkg);
    const change = await packageAccounts.give(context, account, plan);
    if (plan.settings.dedicatedIp !== account.settings.dedicatedIp) {
      context.warn(`The account “${account.username}” keeps its IP address. To change it, use setsiteip.`);
    }
    warnOfQuota(context, hasQuota, plan.settings);
    context.plan(await changeAccount(context, { ...change, packageSettings: plan.settings }));
  },
});
