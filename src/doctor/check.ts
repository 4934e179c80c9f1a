// What a check of --doctor is given, and what it reports. A file in checks/ is a check by its existence.
import type { Run } from '../machine/linux/run.ts';
import type { InspectedStore } from '../store/inspect.ts';
import type { RunningServer } from '../store/running-servers.ts';

/** `warning` and `problem` are to be fixed; `note` says what was not checked, or what is only good to know. */
export type Severity = 'ok' | 'note' | 'warning' | 'problem';

export interface Finding {
  readonly severity: Severity;
  /** One plain sentence. */
  readonly message: string;
  /** The command that fixes it, for a POSIX shell. */
  readonly command?: string;
}

export interface Check {
  /** As it is shown: one or two words. */
  readonly title: string;
  /** Checks are made in this order. */
  readonly order: number;
  /** Reads only. One finding or more. What it throws becomes a finding too. */
  run(subject: Subject): Promise<readonly Finding[]>;
}

/** The installation that is examined, and the machine that it is on. */
export interface Subject {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userId: number;
  /** The directory need not exist. */
  readonly stateDirectory: string;
  /** True if accounts are files below the state directory, rather than users of the machine. */
  readonly isSandbox: boolean;
  /** The top folder of the installed program. */
  readonly program: string;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
  readonly hostname: () => string;
  /** Runs a tool of the system, with a time limit. */
  readonly run: Run;
  /** Whether the process that the journal names still runs. */
  readonly isAlive: (process: string) => boolean;
  /** Opened for reading alone, once for all checks; undefined if there is none yet. @throws ApiError if it cannot be opened. */
  readonly store: () => Promise<InspectedStore | undefined>;
  readonly servers: () => readonly RunningServer[];
}

/** Longer waits would make a check that looks at a silent service hang. */
export const SHORT_LIMIT_MS = 5_000;

export const ok = (message: string): Finding => ({ severity: 'ok', message });
export const note = (message: string, command?: string): Finding => finding('note', message, command);
export const warning = (message: string, command?: string): Finding => finding('warning', message, command);
export const problem = (message: string, command?: string): Finding => finding('problem', message, command);

function finding(severity: Severity, message: string, command: string | undefined): Finding {
  return { severity, message, ...(command === undefined ? {} : { command }) };
}

/** The findings of a check that needs an open store with today's schema. */
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

/** A word of a command line, quoted if the shell would read it as anything else. */
export function word(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** “a”, “b” and 3 more. */
export function list(names: readonly string[], shown = 5): string {
  const first = names.slice(0, shown).map((name) => `“${name}”`);
  const more = names.length - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `1 account`, `2 accounts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
