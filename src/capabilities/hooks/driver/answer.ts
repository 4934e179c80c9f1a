// Reads what a script of a hook answers: `1 message` or `0 message` on one line, or an exception (`BAILOUT reason`).
import type { ScriptResult } from '../../../core/machine-scripts.ts';
import { visible } from '../../../core/quote.ts';

export interface Answer {
  readonly hasSucceeded: boolean;
  /** True if the script asks to refuse the call: it printed BAILOUT. */
  readonly refuses: boolean;
  /** On one line. Empty if the script said nothing. */
  readonly message: string;
}

const MAX_MESSAGE_LENGTH = 500;
const EXCEPTION = /\bBAILOUT\b:?/;

/**
 * A script that prints neither 1 nor 0 has succeeded if its exit status is 0. A script that could not be run to its end
 * has failed, and cannot say whether it would have refused.
 */
export function readAnswer({ status, stdout, stderr, endedBecause }: ScriptResult): Answer {
  if (endedBecause !== undefined) {
    return { hasSucceeded: false, refuses: false, message: `it ${endedBecause} and was ended` };
  }
  const exception = stdout.split('\n').find((line) => EXCEPTION.test(line));
  if (exception !== undefined) {
    const reason = exception.replace(EXCEPTION, ' ').replace(/^\s*0\s/, ' ');
    return { hasSucceeded: false, refuses: true, message: shorten(reason) };
  }
  const line = firstLine(stdout);
  const [, result, message = ''] = /^([01])(?:\s+(.*))?$/s.exec(line) ?? [];
  if (result === '0') return { hasSucceeded: false, refuses: false, message: shorten(message) };
  if (status === 0) return { hasSucceeded: true, refuses: false, message: shorten(message) };
  const said = shorten(message === '' ? firstLine(stderr) || line : message);
  const how = status === undefined ? 'it was ended by a signal' : `its exit status was ${status}`;
  return { hasSucceeded: false, refuses: false, message: said === '' ? how : `${how}: ${said}` };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

function shorten(text: string): string {
  const shown = visible(text.replace(/\s+/g, ' ').trim());
  return shown.length > MAX_MESSAGE_LENGTH ? `${shown.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…` : shown;
}
