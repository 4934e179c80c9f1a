// What /etc/aliases says of users of the system, such as root (aliases(5)). Administrators edit the file too.
import type { Machine } from '../../../../core/machine.ts';

export const ALIASES_FILE = '/etc/aliases';

export interface SystemAlias {
  /** `root` */
  readonly user: string;
  readonly destinations: readonly string[];
}

/** The whole file. Empty if there is none. */
export async function readAliases(machine: Pick<Machine, 'files'>): Promise<string> {
  return (await (await machine.files(['/etc'])).readText(ALIASES_FILE)) ?? '';
}

/** Each line, with those that continue it: they begin with a blank. */
const entriesOf = (text: string) => text.split(/\n(?![ \t])/);
const nameOf = (entry: string) => /^\s*"?([^\s":#]+)"?\s*:/.exec(entry)?.[1]?.toLowerCase();

/** The destinations of a user. Empty: its mail stays on this server. */
export function destinationsIn(text: string, user: string): string[] {
  const entry = entriesOf(text).find((one) => nameOf(one) === user);
  const value = entry?.slice(entry.indexOf(':') + 1) ?? '';
  return value.split(/[,\s]+/).filter((one) => one !== '');
}

/** The text with other destinations of a user. None: the entry is removed. */
export function withAlias(text: string, { user, destinations }: SystemAlias): string {
  const line = destinations.length === 0 ? undefined : `${user}: ${destinations.join(', ')}`;
  const entries = entriesOf(text.endsWith('\n') || text === '' ? text : `${text}\n`);
  const at = entries.findIndex((one) => nameOf(one) === user);
  const last = entries.length - 1;
  if (at < 0) entries.splice(last, 0, ...(line === undefined ? [] : [line]));
  else entries.splice(at, 1, ...(line === undefined ? [] : [line]));
  return entries.join('\n');
}
