import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';
import { readIds } from '../../capabilities/accounts/rules/features/ids.ts';
import { NameIndex } from '../../capabilities/accounts/rules/features/name-index.ts';
import { leaveText, LONG } from '../../ground/rules/long-list.ts';
import {
  recordsOf,
  type FeatureRecord,
} from '../../capabilities/accounts/rules/features/settings-of-users.ts';

export default defineFunction({
  name: 'get_users_features_settings',
  since: 58,
  summary: 'Show the features of accounts, as set by feature lists and overrides.',
  description:
    'An override takes precedence over the feature list. Resellers can query only their own accounts, and root ' +
    'all.',
  access: 'any',
  effect: 'reads',
  params: {
    user: {
      ...existingAccount,
      list: true,
      required: true,
      doc: 'The accounts: user=bob, or user-1=bob user-2=carl.',
    },
    feature: {
      type: 'string',
      list: true,
      maxLength: 128,
      doc: 'The features: feature=backup, or feature-1=backup feature-2=webmail. Default: all.',
    },
  },
  returns: {
    users_features_settings: {
      list: {
        fields: {
          user: { type: 'string', doc: 'The account.' },
          feature: { type: 'string', doc: 'The feature.' },
          feature_list: { type: 'string', doc: 'The account’s feature list.' },
          feature_list_setting: {
            type: 'flag',
            doc: '1 if the feature list contains it; 0 if not, or if it is disabled for everyone.',
          },
          cpuser_setting: {
            type: 'any',
            doc: 'The override of the account, 1 or 0; null if there is none.',
          },
        },
      },
      doc: 'Each feature of each account, in the requested order.',
    },
  },
  list: 'users_features_settings',
  examples: [
    {
      args: { user: ['bob', 'carl'], feature: ['backup', 'webmail'] },
      doc: 'Two features of two accounts.',
      setUp: ['createacct', { command: 'createacct', args: { username: 'carl', domain: 'carl.example' } }],
    },
    {
      args: {
        user: 'bob',
        'api.filter.enable': '1',
        'api.filter.a.field': 'cpuser_setting',
        'api.filter.a.type': '==',
        'api.filter.a.arg0': '1',
      },
      doc: 'What overrides give to the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { caller, db } = context;
    const ids = args.feature.length === 0 ? features.map(({ id }) => id) : await readIds(args.feature);
    const users = new NameIndex(args.user);
    const records = await recordsOf(db, caller, users, ids);
    const length = users.names.length * ids.length;
    if (leaveText(context, length, () => records.inBatchesOf(LONG))) return { users_features_settings: [] };
    const all = [...records.inBatchesOf(LONG)].flatMap((batch) => JSON.parse(batch) as FeatureRecord[]);
    return { users_features_settings: all };
  },
});
