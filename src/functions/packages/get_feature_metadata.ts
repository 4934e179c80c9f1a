import { defineFunction } from '../../core/define.ts';
import { features } from '../../model/features/catalogue.ts';

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
          id: { type: 'string', doc: 'The feature’s id, as update_featurelist takes it.' },
          is_plugin: { type: 'flag', doc: '1 when it comes from a plugin. None does: there are no plugins.' },
          name: { type: 'string', doc: 'The feature in words.' },
        },
      },
      doc: 'The features, sorted by id.',
    },
  },
  list: 'features',
  examples: [{ args: {}, doc: 'All features.' }],

  handler: () => ({ features: features.map(({ id, name }) => ({ id, is_plugin: 0, name })) }),
});
