// Reads what a cpmove archive, unpacked, says about the MariaDB databases of its account. The dumps are read later.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Machine } from '../../../../../core/machine.ts';
import { readGrants, type ArchivedGrants } from './grant-statements.ts';
import { GRANTS_FILE, HASHES_FILE, NOTES_FILE } from './names.ts';

export interface ArchivedDatabase {
  readonly name: string;
  readonly characterSet?: string;
  readonly collation?: string;
}

export interface ArchivedMysql extends ArchivedGrants {
  readonly databases: readonly ArchivedDatabase[];
  /** By user and host: the plug-in, and the hash as the server stored it. */
  readonly hashes: ReadonlyMap<string, { readonly plugin: string; readonly hash: string }>;
  /** The notes of the remote access list, by host. */
  readonly notes: ReadonlyMap<string, string>;
}

const MAX_BYTES = 4 * 1024 * 1024;
const CREATE =
  /CREATE DATABASE[^;]*?DEFAULT CHARACTER SET (?:= ?)?(\w+)(?:[^;]*?COLLATE (?:= ?)?(\w+))?[^;]*;/i;

export const hashKey = (user: string, host: string): string => JSON.stringify([user, host]);

/** @throws MachineError `not_found` without the directory; `failed` for files of another form. */
export async function readArchive(machine: Machine, directory: string): Promise<ArchivedMysql> {
  const files = await machine.files([directory]);
  if ((await files.facts(directory))?.kind !== 'directory') {
    throw new MachineError('not_found', `There is no directory “${directory}”.`);
  }
  const names = await files.list(`${directory}/mysql`);
  const databases: ArchivedDatabase[] = [];
  for (const file of names.filter((name) => name.endsWith('.create'))) {
    const name = file.slice(0, -'.create'.length);
    if (!names.includes(`${name}.sql`)) {
      throw new MachineError('failed', `“${directory}/mysql” has “${file}”, but not “${name}.sql”.`);
    }
    const text = Buffer.from((await files.read(`${directory}/mysql/${file}`, MAX_BYTES)) ?? []).toString(
      'latin1',
    );
    const [, characterSet, collation] = CREATE.exec(text) ?? [];
    databases.push({ name, ...(characterSet && { characterSet }), ...(collation && { collation }) });
  }
  const alone = names.find(
    (name) => name.endsWith('.sql') && !names.includes(name.replace(/\.sql$/, '.create')),
  );
  if (alone !== undefined) {
    const missing = alone.replace(/\.sql$/, '.create');
    throw new MachineError('failed', `“${directory}/mysql” has “${alone}”, but not “${missing}”.`);
  }
  const read = (file: string) => files.readText(`${directory}/${file}`, MAX_BYTES);
  const path = `${directory}/${GRANTS_FILE}`;
  const hashes = new Map<string, { plugin: string; hash: string }>();
  for (const [user, hosts] of entriesIn(HASHES_FILE, await read(HASHES_FILE))) {
    for (const [host, entry] of entriesOf(HASHES_FILE, hosts)) {
      const { auth_plugin: plugin, pass_hash: hash } = entry as Record<string, unknown>;
      if (typeof plugin !== 'string' || typeof hash !== 'string') throw malformed(HASHES_FILE);
      hashes.set(hashKey(user, host), { plugin, hash: Buffer.from(hash, 'hex').toString() });
    }
  }
  const notes = entriesIn(NOTES_FILE, await read(NOTES_FILE)).map(
    ([host, note]) => [host, typeof note === 'string' ? note.slice(0, 255) : ''] as const,
  );
  return { databases, ...readGrants((await read(GRANTS_FILE)) ?? '', path), hashes, notes: new Map(notes) };
}

function entriesIn(file: string, text: string | undefined): [string, unknown][] {
  if (text === undefined || text.trim() === '') return [];
  try {
    return entriesOf(file, JSON.parse(text));
  } catch {
    throw malformed(file);
  }
}

function entriesOf(file: string, value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(file);
  return Object.entries(value);
}

const malformed = (file: string) =>
  new MachineError('failed', `“${file}” is not of the form that it should have.`);
