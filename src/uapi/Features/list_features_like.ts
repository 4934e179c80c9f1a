import { defineUapi } from '../../core/define-uapi.ts';
import { matchingFeatures, patternParams } from '../../capabilities/accounts/rules/features/matching.ts';

export default defineUapi({
  name: 'Features::list_features_like',
  since: 130,
  summary: 'List the account’s features whose IDs match a pattern.',
  effect: 'reads',
  params: patternParams,
  returns: { list: { type: 'string' } },
  examples: [{ args: { pattern: 'domains' }, doc: 'The features with “domains” in their IDs.' }],

  handler: (args, context) => matchingFeatures(context, args),
});
