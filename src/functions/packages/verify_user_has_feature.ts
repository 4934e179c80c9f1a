import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { isFeature } from '../../model/features/catalogue.ts';
import { describeUnknown } from '../../model/features/ids.ts';
import * as featureOverrides from '../../model/features/overrides.ts';

export default defineFunction({
  name: 'verify_user_has_feature',
  since: 56,
  summary: 'Tell whether an account has a feature.',
  description:
    'An override of the account counts before its feature list, and what the list “disabled” takes from everybody ' +
    'before both. A feature that this server does not know is one that no account has; a warning says so.',
  access: 'any',
  effect: 'reads',
  params: {
    user: {
      ...existingAccount,
      required: true,
      doc: 'The account: one’s own, as a reseller; root may ask for any.',
    },
    feature: { type: 'string', required: true, maxLength: 128, doc: 'The feature.' },
  },
  returns: {
    has_feature: { type: 'flag', doc: '1 when the account has it.' },
    query_feature: { type: 'string', doc: 'The feature that was asked for.' },
  },
  examples: [
    {
      args: { user: 'bob', feature: 'backup' },
      doc: 'Whether the account “bob” has backups.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
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
