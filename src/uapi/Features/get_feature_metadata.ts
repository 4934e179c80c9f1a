import { defineUapi } from '../../core/define-uapi.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';

export default defineUapi({
  name: 'Features::get_feature_metadata',
  since: 80,
  summary: 'List all features, and whether each comes from a plugin.',
  effect: 'none',
  params: {},
  returns: {
    list: {
      fields: {
        id: { type: 'string', doc: 'The feature’s ID.' },
        is_plugin: { type: 'flag', doc: '1 if it comes from a plugin. Always 0: there are no plugins.' },
        name: { type: 'string', doc: 'The feature’s name.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All features.' }],

  handler: () => features.map(({ id, name }) => ({ id, is_plugin: 0, name })),
});
