// --confirm, and WHMAPI1_CONFIRM=1: asks at the terminal before a call that destroys something.
import { maskArguments } from '../core/audit.ts';
import type { RawArgument } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import { visible } from '../core/quote.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

export interface Confirmable {
  /** The beginning of the command as it is typed: `whmapi1 removeacct`. */
  readonly command: string;
  /** Undefined if this program does not know the function. */
  readonly fn: AnyFunction | undefined;
  readonly args: readonly RawArgument[];
  /** The remote servers on which it runs. */
  readonly hosts?: readonly string[];
}

/**
 * Asks if the call destroys something. The caller has checked that the line or the environment wants that
 * (`wants-confirmation.ts`).
 * @returns false if the answer is not yes.
 * @throws UsageError if --confirm is given and nobody can be asked.
 */
export async function isConfirmed(line: CommandLine, call: Confirmable, io: Io): Promise<boolean> {
  const lost = lostBy(call.fn);
  if (lost === undefined) return true;
  const { command, fn, args, hosts = [] } = call;
  if (io.ask === undefined) {
    // The variable is for people. A script that inherits it runs as without it.
    if (!line.confirm) return true;
    throw new UsageError(
      `--confirm asks before “${command}”, so it needs a terminal as standard input and standard error. Omit it to ` +
        'call the function without a question.',
    );
  }
  if (!line.confirm && io.environment.WHMAPI1_CONFIRM !== '1') {
    throw new UsageError(
      'WHMAPI1_CONFIRM is not valid: use 1 (ask before a call that destroys something) or 0.',
    );
  }
  const shown = maskArguments(fn, args).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const on = hosts.length === 0 ? '' : `On ${hosts.join(', ')}.\n`;
  writeStderr(io, `${visible(`${command}${shown.join('')}`)}\n${lost}\n${on}`);
  const answer = await io.ask('Continue? [y/N] ', false);
  if (/^\s*y(?:es)?\s*$/i.test(answer)) return true;
  writeStderr(io, 'Nothing was called.\n');
  return false;
}

/** What the call destroys, in sentences. Undefined if nothing. */
function lostBy(fn: AnyFunction | undefined): string | undefined {
  if (fn === undefined) return 'This program does not know the function and cannot say what it destroys.';
  if (fn.destructive !== undefined) return fn.destructive;
  const runsOthers = fn.passes !== undefined || fn.name === 'batch' || fn.name === 'Batch::strict';
  return runsOthers ? 'It runs other functions, and destroys what they destroy.' : undefined;
}
