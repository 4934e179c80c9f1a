// Changes nothing: it says that a new account has a spam filter, and the outcome stores it.
import { defineStep } from '../../../../../core/plan.ts';
import type { NewFilter } from '../../../rules/spam/of-account.ts';

export default defineStep<NewFilter, undefined, NewFilter>({
  kind: 'spamassassin/request',
  describe: ({ box }) => `Check mail of the account for spam${box ? ', which goes to a folder' : ''}.`,
  apply: (_machine, { input }) => Promise.resolve(input),
});
