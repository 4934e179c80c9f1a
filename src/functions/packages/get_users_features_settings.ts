import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import { features } from '../../model/features/catalogue.ts';
import { readIds } from '../../model/features/ids.ts';
import { LONG } from '../../model/long-list.ts';
import * as featureLists from '../../model/features/lists.ts';
import { listsOf } from '../../model/features/of-users.ts';
import * as featureOverrides from '../../model/features/overrides.ts';

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
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'createacct', args: { username: 'carl', domain: 'carl.example' } },
      ],
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
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler(args, { caller, db, listQuery, reportLongList }) {
    const ids = args.feature.length === 0 ? features.map(({ id }) => id) : await readIds(args.feature);
    const users = [...new Set(args.user)];
    const listsOfUsers = await listsOf(db, caller, users);
    const overrides = await featureOverrides.listEach(db, users);
    const enabled = new Map<string, ReadonlySet<string>>();
    for (const name of new Set(listsOfUsers)) {
      const settings = await featureLists.getSettings(db, name);
      const disabled = await featureLists.listDisabled(db, name);
      enabled.set(name, new Set(ids.filter((id) => settings[id] && !disabled.has(id))));
    }
    const rowsOf = (user: string, at: number) => {
      const list = listsOfUsers[at] ?? '';
      const own = overrides.get(user);
      return ids.map((feature) => {
        const override = own?.get(feature);
        return {
          user,
          feature,
          feature_list: list,
          feature_list_setting: enabled.get(list)?.has(feature) === true ? 1 : 0,
          cpuser_setting: override === undefined ? null : override ? 1 : 0,
        };
      });
    };
    if (listQuery === undefined && reportLongList !== undefined && users.length * ids.length > LONG) {
      const usersOfBatch = Math.ceil(LONG / ids.length);
      const batches = function* () {
        for (let from = 0; from < users.length; from += usersOfBatch) {
          const some = users.slice(from, from + usersOfBatch);
          yield JSON.stringify(some.flatMap((user, at) => rowsOf(user, from + at)));
        }
      };
      reportLongList({ batches: batches(), preview: batches, close: () => undefined });
      return { users_features_settings: [] };
    }
    return { users_features_settings: users.flatMap(rowsOf) };
  },
});
