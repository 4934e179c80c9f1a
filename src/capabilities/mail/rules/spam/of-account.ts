// The spam filter of an account that is created or changed. A step of its plan says what is stored.
import type { StepResult } from '../../../../core/plan.ts';
import { spamOf, type MailState } from '../state.ts';

export interface NewFilter {
  /** Spam goes to a folder. */
  readonly box: boolean;
}
export interface ChangedFilter {
  readonly enabled: boolean;
}

/** The kinds of the steps `driver/spamassassin/steps/request.ts` and `request-change.ts`. */
const STEP = 'spamassassin/request';
const CHANGING_STEP = 'spamassassin/request-change';

export const withFilter = (state: MailState, { box }: NewFilter): MailState => ({
  ...state,
  spam: [{ enabled: true, box, deleteScore: null, preferences: [] }],
});

/** @param enabled Undefined: it stays as it is. */
export function withEnabled(state: MailState, enabled: boolean | undefined): MailState {
  const spam = spamOf(state);
  return enabled === undefined || enabled === spam.enabled
    ? state
    : { ...state, spam: [{ ...spam, enabled }] };
}

/** The state with the filter that the plan of a new account wanted. */
export function withRequested(state: MailState, results: readonly StepResult[]): MailState {
  const found = results.find(({ kind }) => kind === STEP);
  return found === undefined ? state : withFilter(state, found.value as NewFilter);
}

/** What the plan of a change wanted. Undefined: nothing. */
export function changeRequested(results: readonly StepResult[]): boolean | undefined {
  const found = results.find(({ kind }) => kind === CHANGING_STEP);
  return (found?.value as ChangedFilter | undefined)?.enabled;
}
