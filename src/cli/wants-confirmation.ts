import type { Io } from './io.ts';
import type { CommandLine } from './options.ts';

/** True if the line or the environment wants a question before a call that destroys something. */
export function wantsConfirmation({ confirm, dryRun }: CommandLine, { environment }: Io): boolean {
  return !dryRun && (confirm || !['', '0'].includes(environment.WHMAPI1_CONFIRM ?? ''));
}
