import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { isFeature } from '../../capabilities/accounts/rules/features/catalogue.ts';
import { describeUnknown } from '../../capabilities/accounts/rules/features/ids.ts';
import * as featureOverrides from '../../capabilities/accounts/rules/features/overrides.ts';

export default defineFunction({
  name: 'verify_user_has_feature',
  since: 56,
  summary: 'Check whether an account has a feature.',
  description:
    'An override of the account takes precedence over its feature list. Features that are disabled for everyone ' +
    '(list “disabled”) take precedence over both. For an unknown feature, the result is 0 with a warning.',
  access: 'any',
  effect: 'reads',
  params: {
    user: {
      ...existingAccount,
      required: true,
      doc: 'The account. Resellers can query only their own accounts.',
    },
    feature: { type: 'string', required: true, maxLength: 128, doc: 'The feature.' },
  },
  returns: {
    has_feature: { type: 'flag', doc: '1 if the account has it.' },
    query_feature: { type: 'string', doc: 'The requested feature.' },
  },
  examples: [
    {
      args: { user: 'bob', feature: 'backup' },
      doc: 'Whether the account “bob” has backups.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user, feature }, { caller, db, warn }) {
    const account = await accounts.get(db, caller, user);
    const unknown = await describeUnknown([feature]);
    if (unknown !== undefined) warn(unknown);
    const has = isFeature(feature) && (await featureOverrides.has(db, account, feature));
    return { has_feature: has ? 1 : 0, query_feature: feature };
  },
});
