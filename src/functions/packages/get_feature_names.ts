import { defineFunction } from '../../core/define.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';

export default defineFunction({
  name: 'get_feature_names',
  since: 11,
  summary: 'List all features that a feature list can contain.',
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
  examples: [
    { args: {}, doc: 'All features.' },
    {
      args: { 'api.filter.enable': '1', 'api.filter.a.field': 'name', 'api.filter.a.arg0': 'mail' },
      doc: 'Only the features for mail.',
    },
  ],

  handler: () => ({ feature: features.map(({ id, name }) => ({ id, name })) }),
});
