// SQLite files of daemons that are created when they are first used.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { SqliteFiles } from '../../src/machine/sqlite-files.ts';

const PATH = '/var/lib/daemon/rows.db';
const made = { schema: 'CREATE TABLE IF NOT EXISTS one (value TEXT) STRICT;', attributes: { mode: 0o640 } };

it('have their tables as soon as others can read them, and no change is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sqlite-'));
  try {
    const directory = join(folder, 'root/var/lib/daemon');
    mkdirSync(directory, { recursive: true });
    const files = await sandboxMachine(folder, () => Date.now()).files(['/var/lib/daemon']);
    const read = () => new SqliteFiles(files).read(PATH, (file) => file.all('SELECT value FROM one').length);
    const seen: (number | undefined)[] = [];
    const look = async () => {
      for (let turns = 0; seen.at(-1) === undefined && turns < 100_000; turns++) {
        seen.push(await read());
        await turn();
      }
    };
    // Each looks right after its part of the creation, and before its change.
    const create = files.create.bind(files);
    files.create = async (...words) => {
      try {
        await create(...words);
      } finally {
        seen.push(await read());
      }
    };
    const change = (value: string) =>
      new SqliteFiles(files).change(PATH, made, (file) => file.run('INSERT INTO one VALUES (?)', value));
    await Promise.all([look(), ...['a', 'b', 'c'].map(change)]);
    expect(seen).toContain(undefined);
    expect(await read()).toBe(3);
    expect(readdirSync(directory)).toEqual(['rows.db']);
    // As a process of an earlier version left it that was killed at this moment.
    truncateSync(join(directory, 'rows.db'));
    expect(await read()).toBeUndefined();
    await change('d');
    expect(await read()).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
