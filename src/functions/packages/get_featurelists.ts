import { defineFunction } from '../../core/define.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'get_featurelists',
  since: 52,
  summary: 'List the feature lists.',
  description:
    'All feature lists belong to root. A reseller can use any of them in a package, except “disabled”, which ' +
    'disables features for everyone.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: {},
  returns: { featurelists: { list: { type: 'string' }, doc: 'The names of the feature lists, sorted.' } },
  list: 'featurelists',
  examples: [{ args: {}, doc: 'All feature lists.' }],

  async handler(_args, { db }) {
    return { featurelists: await featureLists.listNames(db) };
  },
});
