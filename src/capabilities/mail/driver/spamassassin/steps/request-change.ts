// Changes nothing: it says that the mail of an account is checked for spam from now on, or no longer, and the outcome
// stores it.
import { defineStep } from '../../../../../core/plan.ts';
import type { ChangedFilter } from '../../../rules/spam/of-account.ts';

export default defineStep<ChangedFilter, undefined, ChangedFilter>({
  kind: 'spamassassin/request-change',
  describe: ({ enabled }) =>
    enabled ? 'Check mail of the account for spam.' : 'Do not check mail of the account for spam.',
  apply: (_machine, { input }) => Promise.resolve(input),
});
