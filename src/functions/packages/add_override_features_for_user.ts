import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import * as featureLists from '../../model/features/lists.ts';
import * as featureOverrides from '../../model/features/overrides.ts';

export default defineFunction({
  name: 'add_override_features_for_user',
  since: 56,
  summary: 'Give an account features that its feature list does not have, or take features from it.',
  description:
    'Other overrides of the account stay. They hold whatever feature list the account gets; only what the list ' +
    '“disabled” takes from everybody is taken from this account as well.',
  access: ['edit-account'],
  effect: 'changes',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    features: {
      type: 'json',
      required: true,
      doc: 'A JSON object of features, each with 1 (has it) or 0 (does not have it), such as {"backup":1}.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', features: '{"backup":1,"webmail":0}' },
      doc: 'The account “bob” has backups and no webmail, whatever its feature list says.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler(args, { caller, db, warn }) {
    const { username, settings } = await accounts.get(db, caller, args.user);
    const overrides = await featureOverrides.readSettings(args.features);
    await featureOverrides.put(db, username, overrides);
    for (const feature of await featureLists.listDisabled(db, settings.featureList)) {
      if (overrides[feature] !== true) continue;
      warn(`The list “disabled” takes the feature “${feature}” from everybody, and so from “${username}”.`);
    }
  },
});
