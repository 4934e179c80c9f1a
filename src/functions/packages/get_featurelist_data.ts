import { defineFunction } from '../../core/define.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'get_featurelist_data',
  since: 11,
  summary: 'List all features, and whether a feature list has each.',
  description:
    'A feature that is disabled for everyone is disabled whatever the list says. In the list “disabled”, the ' +
    'features with the value 0 are disabled for everyone.',
  access: ['add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: { featurelist: { ...featureLists.featureListName, required: true, doc: 'The feature list.' } },
  returns: {
    featurelist: { type: 'string', doc: 'The name of the feature list.' },
    features: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The feature’s ID, as update_featurelist accepts it.' },
          name: { type: 'string', doc: 'The feature’s name.' },
          value: { type: 'flag', doc: '1 if the list contains the feature.' },
          is_disabled: { type: 'flag', doc: '1 if the feature is disabled for everyone (list “disabled”).' },
          badge_class: { type: 'string', doc: 'Empty: no feature has a badge.' },
          badge_label: { type: 'string', doc: 'Empty: no feature has a badge.' },
          dependencies: { list: { type: 'string' }, doc: 'Empty: no feature needs another.' },
          is_meridian_only: { type: 'any', doc: 'Always null.' },
          is_standalone_experience: { type: 'flag', doc: '0: no feature replaces the interface.' },
          only_one_rules: { list: { type: 'string' }, doc: 'Empty: no feature excludes another.' },
          redirect_url: { type: 'string', doc: 'Empty: no feature redirects.' },
          required_package_extension: { type: 'string', doc: 'Empty: no feature needs an extension.' },
          suppress_plugin_label: { type: 'flag', doc: '0: there are no plugins.' },
        },
      },
      doc: 'The features, sorted by ID.',
    },
  },
  list: 'features',
  examples: [
    { args: { featurelist: 'Mail Only' }, doc: 'The features of the list “Mail Only”.' },
    {
      args: {
        featurelist: 'Mail Only',
        'api.filter.enable': '1',
        'api.filter.a.field': 'value',
        'api.filter.a.type': '==',
        'api.filter.a.arg0': '1',
      },
      doc: 'Only the features that it contains.',
    },
  ],

  async handler(args, { db }) {
    const settings = await featureLists.getSettings(db, args.featurelist);
    const disabled = await featureLists.listDisabled(db, args.featurelist);
    return {
      featurelist: args.featurelist,
      features: features.map(({ id, name }) => ({
        id,
        name,
        value: settings[id] ? 1 : 0,
        is_disabled: disabled.has(id) ? 1 : 0,
        badge_class: '',
        badge_label: '',
        dependencies: [],
        is_meridian_only: null,
        is_standalone_experience: 0,
        only_one_rules: [],
        redirect_url: '',
        required_package_extension: '',
        suppress_plugin_label: 0,
      })),
    };
  },
});
