// Every column of the store with the name of a user is deleted and renamed with the user, or there is a reason why not. A
// column that nobody knows would give the data of a removed account to the next user of its name.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userRows } from '../../src/life/stored.ts';
import { Database } from '../../src/store/database.ts';

const migrations = resolve(__dirname, '../../src/store/migrations');

/** Columns that may contain the name of a user of this server. */
const NAMES = /^(?:username|owner|user|account|reseller)$/;

/** Why these are not deleted and renamed with the user. */
const reasons: Readonly<Record<string, string>> = {
  'account.owner': 'root becomes the owner: accounts/rules/possessions.ts',
  'package.owner': 'root becomes the owner: accounts/rules/possessions.ts',
  'bandwidth.username': 'showbw reports removed accounts: bandwidth/rules/usage.ts renames it',
  'bandwidth_former_domain.username': 'the same',
  'bandwidth_removed_account.username': 'the same',
  'bandwidth_removed_account.owner': 'the same',
  'mail_message.username': 'root sees the mail of removed accounts: mail/rules/tracking/users.ts renames it',
  'autossl_run.username': 'the log of a check: it ends with the logs',
  'login_failure.username': 'a name that somebody tried, whether or not there is such a user',
  'user_block.username': 'the same',
  'ipv6_range.owner': 'only says who added the range',
};

function columns(): string[] {
  const db = new Database(':memory:');
  for (const file of readdirSync(migrations).sort()) db.exec(readFileSync(join(migrations, file), 'utf8'));
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").values() as string[];
  const found = tables.flatMap((table) =>
    (db.prepare('SELECT name FROM pragma_table_info(?)').values(table) as string[])
      .filter((column) => NAMES.test(column))
      .map((column) => `${table}.${column}`),
  );
  db.close();
  return found;
}

const declared = userRows.map(({ table, column = 'username' }) => `${table}.${column}`);

test('each column with the name of a user is declared by a capability, or there is a reason', () => {
  expect(columns().sort()).toEqual([...declared, ...Object.keys(reasons)].sort());
});

test('no column is declared twice', () => {
  expect(declared.filter((one, at) => declared.indexOf(one) !== at)).toEqual([]);
});
