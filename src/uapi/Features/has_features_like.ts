import { defineUapi } from '../../core/define-uapi.ts';
import { matchingFeatures, patternParams } from '../../capabilities/accounts/rules/features/matching.ts';

export default defineUapi({
  name: 'Features::has_features_like',
  since: 130,
  summary: 'Check whether the account has a feature whose ID matches a pattern.',
  effect: 'reads',
  params: patternParams,
  returns: {
    fields: { has_matching_features: { type: 'flag', doc: '1 if the account has such a feature.' } },
  },
  examples: [
    { args: { pattern: '^(ftp|web)', is_regex: '1' }, doc: 'Whether an ID begins with “ftp” or “web”.' },
  ],

  async handler(args, context) {
    const { length } = await matchingFeatures(context, args);
    return { has_matching_features: Number(length > 0) };
  },
});
