// Which background programs of accounts are ended, and whose are not.
import type { Db } from '../../../../core/context.ts';
import * as storedSettings from '../../../../ground/rules/stored-settings.ts';

/** The programs by WHM's names, and the names that each runs under, in lower case. */
export const programs: Readonly<Record<string, readonly string[]>> = {
  BitchX: ['bitchx'],
  bnc: ['bnc'],
  eggdrop: ['eggdrop'],
  'generic-sniffers': ['dsniff', 'linsniff', 'linsniffer', 'sniff', 'sniffer', 'sniffit'],
  guardservices: ['guardservices'],
  ircd: ['ircd', 'inspircd', 'ngircd', 'unrealircd'],
  psyBNC: ['psybnc'],
  ptlink: ['ptlink', 'ptlink.ircd'],
  services: ['services'],
};

export interface Settings {
  /** WHM's names. */
  readonly programs: readonly string[];
  /** Usernames. */
  readonly trusted: readonly string[];
}

const NAME = 'background_processes';

async function read(db: Db): Promise<Settings> {
  const text = await storedSettings.read(db, NAME);
  return text === undefined ? { programs: [], trusted: [] } : (JSON.parse(text) as Settings);
}

export async function write(db: Db, settings: Settings): Promise<void> {
  await storedSettings.write(db, NAME, JSON.stringify(settings));
}

/** What to look for: the names of programs, and the accounts of this server that are not trusted. */
export interface Search {
  readonly names: readonly string[];
  readonly users: readonly string[];
}

export async function searchOf(db: Db): Promise<Search> {
  const settings = await read(db);
  if (settings.programs.length === 0) return { names: [], users: [] };
  const rows = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE server = ? ORDER BY username',
    db.server,
  );
  return {
    names: settings.programs.flatMap((program) => programs[program] ?? []),
    users: rows.map(({ username }) => username).filter((user) => !settings.trusted.includes(user)),
  };
}
