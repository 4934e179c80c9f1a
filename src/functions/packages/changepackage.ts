import { changeAccount } from '../../changes/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import { isQuotaEnabled, warnOfQuota } from '../../model/accounts/quota.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import * as packageAccounts from '../../model/packages/accounts.ts';
import * as packages from '../../model/packages/packages.ts';

export default defineFunction({
  name: 'changepackage',
  since: 11,
  summary: 'Give an account another package.',
  description:
    'The account gets all settings of the package, its feature list included, in the place of those that it has; ' +
    'with the package that it has already, whatever was set apart from it is set back. It keeps its IP address, and ' +
    'its feature overrides. A shell asks a reseller for the privilege allow-shell.',
  access: ['upgrade-account'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    pkg: { ...packages.existingPackage, required: true, doc: 'The package that it gets.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', pkg: 'gold' },
      doc: 'Give the account “bob” the package “gold”.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'addpkg', args: { name: 'gold' } },
      ],
    },
  ],

  look: (_args, context) => isQuotaEnabled(context),

  async handler(args, context, hasQuota) {
    const { caller, db } = context;
    const account = await accounts.get(db, caller, args.user);
    const plan = await packages.get(db, caller, args.pkg);
    const change = await packageAccounts.give(db, caller, account, plan);
    if (plan.settings.dedicatedIp !== account.settings.dedicatedIp) {
      context.warn(`The account “${account.username}” keeps its IP address; setsiteip gives it another one.`);
    }
    warnOfQuota(context, hasQuota, plan.settings);
    context.plan(await changeAccount(context, { ...change, packageSettings: plan.settings }));
  },
});
