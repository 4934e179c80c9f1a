// Runs a call that has script hooks. Calls without hooks do not load this file.
import type { CallHooks } from './hooks.ts';
import type { Outcome, Report } from './report.ts';

export interface HookedWork {
  readonly report: Report;
  readonly dryRun: boolean;
  /** Runs the handler without keeping anything. Scripts run for valid calls only, and learn what the call will do. */
  readonly tryOut: () => Promise<Outcome>;
  readonly perform: () => Promise<Outcome>;
  /** Records an unexpected error. Returns a sentence that says where. */
  readonly logUnexpected: (error: unknown) => string;
}

/** No script runs while a transaction is open. A dry run runs no scripts. */
export async function performHooked(
  hooks: CallHooks,
  { report, dryRun, tryOut, perform, logUnexpected }: HookedWork,
): Promise<Outcome> {
  const tried = await tryOut();
  report.restart();
  report.restartLook();
  if (!tried.ok) return perform();
  if (!dryRun) report.addLasting(await hooks.before());
  const outcome = await perform();
  if (!outcome.ok) return outcome;
  if (dryRun) {
    report.messages.push(...hooks.describe());
    return outcome;
  }
  try {
    report.warnings.push(...(await hooks.after(outcome.data, report.rawText)));
  } catch (error) {
    // The call has succeeded, whatever happens to its hooks.
    report.warnings.push(`The script hooks after the call could not be run. ${logUnexpected(error)}`);
  }
  return outcome;
}
