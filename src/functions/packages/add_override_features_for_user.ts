import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';
import * as featureOverrides from '../../capabilities/accounts/rules/features/overrides.ts';

export default defineFunction({
  name: 'add_override_features_for_user',
  since: 56,
  summary: 'Add or remove features of an account, whatever its feature list says.',
  description:
    'Other overrides of the account are kept. Overrides also apply after a change of the feature list. Features ' +
    'that are disabled for everyone (list “disabled”) stay disabled for this account too.',
  access: ['edit-account'],
  effect: 'changes',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    features: {
      type: 'json',
      required: true,
      doc: 'A JSON object of features, each 1 (enabled) or 0 (disabled), such as {"backup":1}.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', features: '{"backup":1,"webmail":0}' },
      doc: 'The account “bob” has backups and no webmail, whatever its feature list says.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, { caller, db, warn }) {
    const { username, settings } = await accounts.get(db, caller, args.user);
    const overrides = await featureOverrides.readSettings(args.features);
    await featureOverrides.put(db, username, overrides);
    for (const feature of await featureLists.listDisabled(db, settings.featureList)) {
      if (overrides[feature] !== true) continue;
      warn(`The feature “${feature}” is disabled for everyone (list “disabled”), and so for “${username}”.`);
    }
  },
});
