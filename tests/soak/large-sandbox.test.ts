// A sandbox with many accounts: everything still works, and a change costs no more than one pass over its files.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqlValue } from '../../src/core/context.ts';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder } from '../support/command.ts';

jest.setTimeout(600_000);

const here = freshFolder();

/** Fills the sandbox and the store with copies of the existing account, with the names u1, u2, … */
function addAccounts(state: string, count: number): void {
  const etc = join(state, 'root/etc');
  mkdirSync(etc, { recursive: true });
  const rows: Record<'passwd' | 'shadow' | 'group', string[]> = { passwd: [], shadow: [], group: [] };
  const database = new Database(join(state, 'store.db'));
  const template = database.prepare('SELECT * FROM account LIMIT 1').get() as Record<string, SqlValue>;
  const columns = Object.keys(template);
  const insert = database.prepare(
    `INSERT INTO account (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  database.transaction(() => {
    for (let at = 1; at <= count; at++) {
      const [name, uid] = [`u${at}`, 20_000 + at];
      const home = `/home/${name}`;
      rows.passwd.push(`${name}:x:${uid}:${uid}:${name}.example:${home}:/bin/bash`);
      rows.shadow.push(`${name}:!:20000:0:99999:7:::`);
      rows.group.push(`${name}:x:${uid}:`);
      const row = { ...template, username: name, domain: `${name}.example`, home, uid };
      insert.run(...Object.values(row));
    }
  });
  database.close();
  for (const [file, lines] of Object.entries(rows)) {
    const path = join(etc, file);
    writeFileSync(path, `${readFileSync(path, 'utf8')}${lines.join('\n')}\n`);
  }
}

const lines = (state: string, file: string) =>
  readFileSync(join(state, 'root/etc', file), 'utf8').split('\n').length - 1;

test('100,000 accounts: one more can be created, renamed, suspended, measured and removed', async () => {
  const { state } = here;
  const succeed = async (...argv: string[]) => {
    const began = performance.now();
    const { status, metadata } = await call(argv, { state });
    expect([argv[0], status, metadata.reason]).toEqual([argv[0], 0, expect.any(String)]);
    return performance.now() - began;
  };
  await succeed('createacct', 'username=first', 'domain=first.example');
  const alone = await succeed('createacct', 'username=second', 'domain=second.example');
  addAccounts(state, 100_000);
  const among = await succeed('createacct', 'username=bob', 'domain=bob.example');
  expect(readFileSync(join(state, 'root/etc/passwd'), 'utf8')).toContain(
    '\nbob:x:120001:120001:bob.example:',
  );
  await succeed('modifyacct', 'user=bob', 'newuser=robert');
  await succeed('suspendacct', 'user=u50000');
  await succeed('unsuspendacct', 'user=u50000');
  await succeed('removeacct', 'username=u77777');
  await succeed('removeacct', 'username=robert');
  expect(['passwd', 'shadow', 'group'].map((file) => lines(state, file))).toEqual(Array(3).fill(100_001));
  console.log(`createacct: ${Math.round(alone)} ms alone, ${Math.round(among)} ms among 100,000`);
  // A pass over 100,000 lines takes milliseconds; a search of all lines for each line took minutes.
  expect(among).toBeLessThan(alone * 4 + 2000);
});
