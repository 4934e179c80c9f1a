import { defineFunction } from '../../core/define.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';

export default defineFunction({
  name: 'get_feature_metadata',
  since: 11,
  summary: 'List all features, and whether each comes from a plugin.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'none',
  params: {},
  returns: {
    features: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The feature’s ID, as update_featurelist accepts it.' },
          is_plugin: { type: 'flag', doc: '1 if it comes from a plugin. Always 0: there are no plugins.' },
          name: { type: 'string', doc: 'The feature’s name.' },
        },
      },
      doc: 'The features, sorted by ID.',
    },
  },
  list: 'features',
  examples: [{ args: {}, doc: 'All features.' }],

  handler: () => ({ features: features.map(({ id, name }) => ({ id, is_plugin: 0, name })) }),
});
