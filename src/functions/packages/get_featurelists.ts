import { defineFunction } from '../../core/define.ts';
import * as featureLists from '../../model/features/lists.ts';

export default defineFunction({
  name: 'get_featurelists',
  since: 52,
  summary: 'List the feature lists.',
  description:
    'All of them: feature lists are root’s, and a reseller may give any to a package, save “disabled”, which holds ' +
    'what nobody has.',
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
