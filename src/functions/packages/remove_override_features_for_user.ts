import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as featureOverrides from '../../capabilities/accounts/rules/features/overrides.ts';

const setUp = [
  { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
  { command: 'add_override_features_for_user', args: { user: 'bob', features: '{"backup":1}' } },
];

export default defineFunction({
  name: 'remove_override_features_for_user',
  since: 56,
  summary: 'Remove feature overrides of an account.',
  description:
    'The account then has the features of its feature list. Features without an override are ignored with a ' +
    'warning.',
  destructive: 'The overrides are deleted. This cannot be undone.',
  access: ['edit-account'],
  effect: 'changes',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    features: {
      type: 'json',
      required: true,
      doc: 'A JSON array of features, such as ["backup","webmail"].',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', features: '["backup"]' },
      doc: 'Remove the override for backups from “bob”, so that its feature list applies.',
      setUp,
    },
  ],

  async handler(args, { caller, db, warn }) {
    const { username } = await accounts.get(db, caller, args.user);
    for (const feature of await featureOverrides.readNames(args.features)) {
      if (await featureOverrides.remove(db, username, feature)) continue;
      warn(`The account “${username}” did not have an override of the feature “${feature}”.`);
    }
  },
});
