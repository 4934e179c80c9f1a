// Makes one call for each of several accounts. A failure does not stop the other calls.
import type { FreeContext } from '../../core/context.ts';
import { ApiError } from '../../core/errors.ts';
import { UNCHANGED } from '../../core/machine-error.ts';

export interface CallResult {
  readonly user: string;
  readonly result: 0 | 1;
  readonly reason: string;
  /** The warnings and messages of the call, one sentence per line. */
  readonly messages: string;
  readonly warnings: readonly string[];
}

/**
 * Calls a function for each account, in order. In a dry run, each call's messages describe what it would do, and they
 * are passed on.
 */
export async function callForEach(
  { call, inform, isDryRun }: FreeContext,
  command: string,
  accounts: readonly string[],
  argumentsFor: (user: string) => Readonly<Record<string, string>>,
): Promise<CallResult[]> {
  const results: CallResult[] = [];
  for (const user of accounts) {
    const args = Object.entries(argumentsFor(user)).map(([name, value]) => ({ name, value }));
    const { metadata } = await call({ command, args });
    const { reason, output } = metadata;
    const warnings = output?.warnings ?? [];
    if (isDryRun) output?.messages?.forEach(inform);
    const messages = [...warnings, ...(output?.messages ?? [])].join('\n');
    results.push({ user, result: metadata.result === 1 ? 1 : 0, reason, messages, warnings });
  }
  return results;
}

/** @throws ApiError `host_failed` if a call failed. The message names its account. */
export function assertAllDone(results: readonly CallResult[], whatIsNotDone: string): void {
  const failed = results.filter(({ result }) => result === 0);
  if (failed.length === 0) return;
  // Something of the other accounts was changed.
  const named = failed.slice(0, 10).map(({ user, reason }) => `“${user}”: ${reason.replace(UNCHANGED, '')}`);
  const more = failed.length > named.length ? ` And ${failed.length - named.length} more.` : '';
  const done = results.length - failed.length;
  throw new ApiError(
    'host_failed',
    `${whatIsNotDone} ${failed.length} of ${results.length} accounts; ` +
      `${done === 0 ? 'none was done' : `${done} ${done === 1 ? 'was' : 'were'} done`}. ${named.join(' ')}${more}`,
  );
}

/** Passes on the warnings of calls that succeeded. */
export function passOnWarnings({ warn }: FreeContext, results: readonly CallResult[]): void {
  for (const { user, result, warnings } of results) {
    if (result === 1) for (const warning of warnings) warn(`“${user}”: ${warning}`);
  }
}
