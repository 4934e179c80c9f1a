import { defineFunction } from '../../core/define.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';

export default defineFunction({
  name: 'getfeaturelist',
  since: null,
  summary: 'List all features, under the older name.',
  description:
    'In spite of its name, it returns features, not a feature list. Newer versions of WHM no longer have it: ' +
    'get_feature_names returns the same, and get_featurelists returns the names of feature lists.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'none',
  params: {},
  returns: {
    feature: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The feature’s ID, as update_featurelist accepts it.' },
          name: { type: 'string', doc: 'The feature’s name.' },
        },
      },
      doc: 'The features, sorted by ID.',
    },
  },
  list: 'feature',
  examples: [{ args: {}, doc: 'All features.' }],

  handler: () => ({ feature: features.map(({ id, name }) => ({ id, name })) }),
});
