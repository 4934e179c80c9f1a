import { defineFunction } from '../../core/define.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'delete_featurelist',
  since: 11,
  summary: 'Remove a feature list.',
  description:
    'A list that a package or an account uses cannot be deleted, and neither can “default” and “disabled”.',
  destructive: 'The feature list is deleted. This cannot be undone.',
  access: 'root',
  effect: 'changes',
  params: { featurelist: { ...featureLists.featureListName, required: true, doc: 'The feature list.' } },
  returns: { deleted_featurelist: { type: 'string', doc: 'The name of the deleted list.' } },
  examples: [{ args: { featurelist: 'Mail Only' }, doc: 'Remove the list “Mail Only”.' }],

  async handler(args, { db }) {
    await featureLists.remove(db, args.featurelist);
    return { deleted_featurelist: args.featurelist };
  },
});
