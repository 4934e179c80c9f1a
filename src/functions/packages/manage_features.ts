import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { features } from '../../capabilities/accounts/rules/features/catalogue.ts';
import { readIds } from '../../capabilities/accounts/rules/features/ids.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'manage_features',
  since: 32,
  summary: 'Show the features of this server, or enable or disable some for everyone.',
  description:
    'WHM lists the new features of a release. This server lists all its features. A feature is disabled if the ' +
    'feature list “disabled” disables it for everyone. Enabling it removes it from that list, and then the ' +
    'account’s own feature list applies.',
  access: 'root',
  effect: 'changes',
  params: {
    action: {
      type: 'string',
      required: true,
      values: ['info', 'list', 'enable', 'disable'],
      doc: '“info”: show the features. “list”: list only their IDs. “enable”, “disable”: enable or disable features.',
    },
    features: {
      type: 'string',
      doc: 'Comma-separated list of the IDs of the features to enable or disable.',
    },
  },
  returns: {
    feature: {
      list: {
        fields: {
          feature_key: { type: 'string', doc: 'The feature’s ID.' },
          name: {
            type: 'string',
            optional: true,
            doc: 'The feature’s name. This field and the following ones are returned with action=info.',
          },
          description: { type: 'string', optional: true, doc: 'The same: there is no longer description.' },
          enabled: { type: 'flag', optional: true, doc: '0 if it is disabled for everyone.' },
          link: { type: 'string', optional: true, doc: 'Empty: there is no page about it.' },
          recommended: { type: 'flag', optional: true, doc: '0: there are no recommendations.' },
          vendor: { type: 'string', optional: true, doc: 'Empty: features have no vendors.' },
        },
      },
      optional: true,
      doc: 'The features, sorted by ID. Returned with action=info and action=list.',
    },
    action: {
      list: {
        fields: {
          feature: { type: 'string', doc: 'The feature’s ID.' },
          status: { type: 'string', doc: 'The new state of the feature, in words.' },
        },
      },
      optional: true,
      doc: 'The changes. Returned with action=enable and action=disable.',
    },
  },
  list: 'feature',
  examples: [
    { args: { action: 'info' }, doc: 'All features, and whether they are enabled.' },
    { args: { action: 'disable', features: 'mysql,phpmyadmin' }, doc: 'Disable MySQL for everyone.' },
  ],

  async handler(args, { db }) {
    const { action } = args;
    if (action === 'list') return { feature: features.map(({ id }) => ({ feature_key: id })) };
    if (action === 'info') {
      const settings = await featureLists.getSettings(db, featureLists.DISABLED);
      return {
        feature: features.map(({ id, name }) => ({
          feature_key: id,
          name,
          description: name,
          enabled: settings[id] ? 1 : 0,
          link: '',
          recommended: 0,
          vendor: '',
        })),
      };
    }
    const given = (args.features ?? '').split(',').map((id) => id.trim());
    const ids = await readIds(given.filter((id) => id !== ''));
    if (ids.length === 0) {
      throw new ApiError(
        'missing_param',
        `With action=${action}, the parameter “features” is required: it should be a comma-separated list of ` +
          'the IDs of features.',
      );
    }
    const isOn = action === 'enable';
    await featureLists.update(db, featureLists.DISABLED, Object.fromEntries(ids.map((id) => [id, isOn])));
    const now = isOn ? 'on, for all whose feature lists have it' : 'off for everybody';
    return { action: ids.map((feature) => ({ feature, status: `The feature “${feature}” is ${now}.` })) };
  },
});
