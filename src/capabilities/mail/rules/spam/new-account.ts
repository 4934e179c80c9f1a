// The spam filter of a new account. The plan of its creation says with a step whether it has one.
import type { StepResult } from '../../../../core/plan.ts';
import type { MailState } from '../state.ts';

export interface NewFilter {
  /** Spam goes to a folder. */
  readonly box: boolean;
}

/** The kind of the step `driver/spamassassin/steps/request.ts`. */
const STEP = 'spamassassin/request';

export const withFilter = (state: MailState, { box }: NewFilter): MailState => ({
  ...state,
  spam: [{ enabled: true, box, deleteScore: null, preferences: [] }],
});

/** The state with the filter that the plan wanted. */
export function withRequested(state: MailState, results: readonly StepResult[]): MailState {
  const found = results.find(({ kind }) => kind === STEP);
  return found === undefined ? state : withFilter(state, found.value as NewFilter);
}
