import { defineFunction } from '../../core/define.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'read_featurelist',
  since: 11,
  summary: 'Show the features of a feature list as one hash.',
  description:
    'Deprecated by WHM in favour of get_featurelist_data. In the list “disabled”, a feature that is 0 is off for ' +
    'everybody.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: { featurelist: { ...featureLists.featureListName, required: true, doc: 'The feature list.' } },
  returns: {
    featurelist: { type: 'string', doc: 'The name of the feature list.' },
    features: {
      keys: 'FEATURE',
      map: { type: 'flag' },
      doc: '1 for each feature that the list contains, otherwise 0.',
    },
  },
  examples: [{ args: { featurelist: 'default' }, doc: 'The features of the list “default”.' }],

  async handler(args, { db }) {
    const settings = await featureLists.getSettings(db, args.featurelist);
    const features = Object.fromEntries(Object.entries(settings).map(([id, has]) => [id, has ? 1 : 0]));
    return { featurelist: args.featurelist, features };
  },
});
