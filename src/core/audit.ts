// What the audit log records of a call. It never contains secrets or codes.
import { paramOf } from './param-of.ts';
import type { RawArgument } from './context.ts';
import type { Param, Spec } from './define.ts';
import type { Json } from './values.ts';

/** One line of the audit log. If two lines have the same `xid`, the later one is authoritative. */
export interface AuditRecord {
  /** Milliseconds since 1970-01-01T00:00:00Z; the log shows it as ISO 8601, UTC. */
  readonly time: number;
  readonly xid: string;
  readonly caller: string;
  /** The client's address and the method of authentication. Absent on the local command line. */
  readonly address?: string;
  readonly authentication?: string;
  /** The server that ran a call of the local command line. */
  readonly through?: 'whmapi1d';
  readonly function: string;
  readonly arguments: readonly (readonly [name: string, value: Json])[];
  readonly result: 0 | 1;
  readonly error_code?: string;
  readonly dry_run?: 1;
  /**
   * `begun`: the work on the machine continues, and another line follows. The other values are what a later call did
   * with an interrupted operation; `cut short` means that its outcome is unknown.
   */
  readonly stage?: 'begun' | 'undone later' | 'finished later' | 'cut short';
  readonly duration_ms: number;
  /**
   * For a line that stands for several reads: their number, and the time of the first one, in ISO 8601, UTC. `time` and
   * `xid` are those of the last one, and `duration_ms` is the longest.
   */
  readonly calls?: number;
  readonly since?: string;
}

/**
 * `change`: the line must be on the disk before the response. `read`: a successful call that changed nothing; if it is
 * repeated again and again, a server writes the number of the calls instead of a line for each. `failure`: a call of an
 * account that failed and changed nothing; of many, a server writes the number as well.
 */
export type AuditKind = 'change' | 'read' | 'failure' | 'other';

const MASK = '***';
const MAX_VALUE_LENGTH = 200;
const MAX_ARGUMENTS = 50;

/**
 * Returns the arguments for the log. Values of sensitive parameters are masked. Values of unknown parameters are masked
 * too, because a mistyped `secert=` must not reveal its value.
 */
export function maskArguments(
  spec: Spec | undefined,
  given: readonly RawArgument[],
): AuditRecord['arguments'] {
  const shown = given.slice(0, MAX_ARGUMENTS).map(({ name, value }): [string, Json] => {
    const isOpen = name.startsWith('api.') || isPublic(spec && paramOf(spec, name)?.param, given);
    return [shorten(name), isOpen ? shorten(text(startOf(value))) : MASK];
  });
  const more = given.length - shown.length;
  return more > 0 ? [...shown, ['…', `${more} more`]] : shown;
}

function isPublic(param: Param | undefined, given: readonly RawArgument[]): boolean {
  return param !== undefined && !isSensitive(param, given);
}

function isSensitive({ sensitive, sensitiveIf }: Param, given: readonly RawArgument[]): boolean {
  if (sensitive === true) return true;
  if (sensitiveIf === undefined) return false;
  const { param, matches } = sensitiveIf;
  return given.some(({ name, value }) => name === param && matches.test(text(value)));
}

/** What suffices for a text that is shortened: each item takes at least two characters. */
function startOf(value: Json): Json {
  return Array.isArray(value) ? value.slice(0, MAX_VALUE_LENGTH) : value;
}

function text(value: Json): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deep to show';
  }
}

function shorten(value: string): string {
  return value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH).toWellFormed()}…` : value;
}
