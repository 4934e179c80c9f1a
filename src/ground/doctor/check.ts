// The input and output of a check of --doctor and fetch_security_advice. Every file in checks/ is a check.
import type { ChosenMachine } from '../../machine/choose.ts';
import type { Run } from '../../machine/linux/run.ts';
import type { InspectedStore } from '../../store/inspect.ts';
import type { RunningServer } from '../../store/running-servers.ts';

/** `warning` and `problem` need to be fixed. `note` is about something that was not checked, or is only information. */
export type Severity = 'ok' | 'note' | 'warning' | 'problem';

export interface Finding {
  readonly severity: Severity;
  /** One plain sentence. */
  readonly message: string;
  /** The command that fixes it, for a POSIX shell. */
  readonly command?: string;
  /** For fetch_security_advice: a name for scripts. Default: the name of the check and the severity. */
  readonly key?: string;
}

export interface Check {
  /** The title of the check: one or two words. */
  readonly title: string;
  /** The position of the check in the order of checks. */
  readonly order: number;
  /** The name of the check in fetch_security_advice, in WHM’s style: `SSH`. Absent if it is not about security. */
  readonly advisor?: string;
  /**
   * True if --doctor leaves it out, because it takes seconds, or advises more than this program needs to work correctly.
   */
  readonly isAdviceOnly?: true;
  /** Only reads. Returns at least one finding. Errors that it throws become findings too. */
  run(subject: Subject): Promise<readonly Finding[]>;
}

/** The examined installation, and its machine. */
export interface Subject {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userId: number;
  /** The directory might not exist. */
  readonly stateDirectory: string;
  /** True if accounts are files below the state directory instead of users of the machine. */
  readonly isSandbox: boolean;
  /** The top directory of the installed program. */
  readonly program: string;
  /** In milliseconds since 1970-01-01. */
  readonly now: () => number;
  readonly hostname: () => string;
  readonly machine: ChosenMachine;
  /** Runs a tool of the system, with a time limit. */
  readonly run: Run;
  /** True if the process that a journal entry names is still running. */
  readonly isAlive: (process: string) => boolean;
  /**
   * Opened once, read-only, for all checks. Undefined if there is no store yet. @throws ApiError if it cannot be
   * opened.
   */
  readonly store: () => Promise<InspectedStore | undefined>;
  readonly servers: () => readonly RunningServer[];
}

/** The time limit for a check, so that an unresponsive service does not make it hang. */
export const SHORT_LIMIT_MS = 5_000;

export const ok = (message: string): Finding => ({ severity: 'ok', message });
export const note = (message: string, command?: string): Finding => finding('note', message, command);
export const warning = (message: string, command?: string): Finding => finding('warning', message, command);
export const problem = (message: string, command?: string): Finding => finding('problem', message, command);

function finding(severity: Severity, message: string, command: string | undefined): Finding {
  return { severity, message, ...(command === undefined ? {} : { command }) };
}

/** Returns the findings of a check that requires an open store with the current schema. */
export async function withStore(
  subject: Subject,
  work: (store: InspectedStore) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let store: InspectedStore | undefined;
  try {
    store = await subject.store();
  } catch {
    return [note('Not checked, because the store cannot be opened.')];
  }
  if (store === undefined) return [ok('There is no store yet, so there is nothing to check.')];
  if (!store.isCurrent) return [note('Not checked, because the store has the schema of another version.')];
  return work(store);
}

/** Formats a word for a command line, quoted if the shell would interpret it. */
export function word(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Formats names: “a”, “b” and 3 more. */
export function list(names: readonly string[], shown = 5): string {
  const first = names.slice(0, shown).map((name) => `“${name}”`);
  const more = names.length - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Formats a count: `1 account`, `2 accounts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
