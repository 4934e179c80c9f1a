import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { features } from '../../model/features/catalogue.ts';
import { readIds } from '../../model/features/ids.ts';
import * as featureLists from '../../model/features/lists.ts';

export default defineFunction({
  name: 'manage_features',
  since: 32,
  summary: 'Tell which features this server offers, or turn some on or off for everybody.',
  description:
    'WHM lists the news of a release here. This server lists its catalogue of features: one is off where the feature ' +
    'list “disabled” takes it from everybody. Turning it on takes it out of that list; whether an account then has ' +
    'it is for its own feature list to say.',
  access: 'root',
  effect: 'changes',
  params: {
    action: {
      type: 'string',
      required: true,
      values: ['info', 'list', 'enable', 'disable'],
      doc: 'Tell all about the features (info), or their ids alone (list); turn features on (enable) or off (disable).',
    },
    features: {
      type: 'string',
      doc: 'The ids of the features to turn on or off, with commas between them.',
    },
  },
  returns: {
    feature: {
      list: {
        fields: {
          feature_key: { type: 'string', doc: 'The feature’s id.' },
          name: {
            type: 'string',
            optional: true,
            doc: 'The feature in words; with action=info, as all that follows.',
          },
          description: { type: 'string', optional: true, doc: 'The same: there is no longer text.' },
          enabled: { type: 'flag', optional: true, doc: '0 when it is off for everybody.' },
          link: { type: 'string', optional: true, doc: 'Empty: no page tells of it.' },
          recommended: { type: 'flag', optional: true, doc: '0: none is recommended more than another.' },
          vendor: { type: 'string', optional: true, doc: 'Empty: features have no vendors.' },
        },
      },
      optional: true,
      doc: 'The features, sorted by id; with action=info and action=list.',
    },
    action: {
      list: {
        fields: {
          feature: { type: 'string', doc: 'The feature’s id.' },
          status: { type: 'string', doc: 'What the feature is now, in words.' },
        },
      },
      optional: true,
      doc: 'What was done; with action=enable and action=disable.',
    },
  },
  list: 'feature',
  examples: [
    { args: { action: 'info' }, doc: 'All features, and whether they are on.' },
    { args: { action: 'disable', features: 'mysql,phpmyadmin' }, doc: 'No MySQL for anybody.' },
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
        `With action=${action}, the parameter “features” is required: it should be ids of features, with commas ` +
          'between them.',
      );
    }
    const isOn = action === 'enable';
    await featureLists.update(db, featureLists.DISABLED, Object.fromEntries(ids.map((id) => [id, isOn])));
    const now = isOn ? 'on, for all whose feature lists have it' : 'off for everybody';
    return { action: ids.map((feature) => ({ feature, status: `The feature “${feature}” is ${now}.` })) };
  },
});
