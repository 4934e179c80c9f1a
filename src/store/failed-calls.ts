// Failed calls of accounts, in the audit log. Accounts are tenants: one that lets its calls fail all the time must neither
// fill the disk nor push the lines of others out of the log.
import { SummarisedFailures, type Sources, type SummarisedFailuresOptions } from './summarised-failures.ts';

/** The function name of summaries in the log. */
export const SUMMARY = 'failed calls';

const accounts: Sources = {
  ...{
    summary: SUMMARY,
    failures: 'failed calls of this account',
    others: 'other accounts',
    field: 'caller',
  },
  // People want to see the first ones whole. A line is at most about 20 KiB.
  limits: { intervalMs: 60_000, own: 10, sources: 10_000, bytesPerHour: 1_048_576, hasOwnBytes: true },
};

export function failedCalls(options: SummarisedFailuresOptions): SummarisedFailures {
  return new SummarisedFailures(accounts, options);
}
