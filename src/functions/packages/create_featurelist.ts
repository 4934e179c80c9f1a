import { defineFunction } from '../../core/define.ts';
import { features, type FeatureId } from '../../capabilities/accounts/rules/features/catalogue.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

interface FeatureFlag {
  readonly type: 'flag';
  readonly doc: string;
}

const featureFlags = Object.fromEntries(
  features.map(({ id, name }) => [id, { type: 'flag', doc: `Whether the list has: ${name}.` }]),
) as Record<FeatureId, FeatureFlag>;

export default defineFunction({
  name: 'create_featurelist',
  since: 46,
  summary: 'Create a feature list.',
  description: 'The list contains only the features that are passed as 1.',
  access: 'root',
  effect: 'changes',
  params: {
    featurelist: { ...featureLists.featureListName, required: true, doc: 'The name of the new list.' },
    overwrite: { type: 'flag', default: 0, doc: 'Whether to replace an existing list of that name.' },
    featurelistname: {
      type: 'flag',
      default: 0,
      doc: 'A flag of WHM.',
      noEffectReason: 'its purpose is not publicly known.',
    },
    ...featureFlags,
  },
  returns: { featurelist: { type: 'string', doc: 'The name of the list.' } },
  examples: [
    {
      args: { featurelist: 'Web Only', filemanager: '1', ftpaccts: '1', mysql: '1' },
      doc: 'A list for websites without mail.',
    },
  ],

  async handler(args, { db }) {
    const settings = Object.fromEntries(features.map(({ id }) => [id, args[id] === true]));
    await featureLists.create(db, args.featurelist, settings, args.overwrite);
    return { featurelist: args.featurelist };
  },
});
