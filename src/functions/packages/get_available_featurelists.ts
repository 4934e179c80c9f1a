import { defineFunction } from '../../core/define.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'get_available_featurelists',
  since: 11,
  summary: 'List the feature lists (older name of get_featurelists).',
  description: 'Deprecated by WHM: get_featurelists returns the same lists.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: {},
  returns: {
    available_featurelists: { list: { type: 'string' }, doc: 'The names of the feature lists, sorted.' },
  },
  list: 'available_featurelists',
  examples: [{ args: {}, doc: 'All feature lists.' }],

  async handler(_args, { db }) {
    return { available_featurelists: await featureLists.listNames(db) };
  },
});
