// A MariaDB server that dies in the middle of a renaming: nothing is lost after its own recovery and ours.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { contentOf, everyMysqlObject } from '../support/every-mysql-object.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { undoOperations } from '../support/undo-operations.ts';
import { WatchedMariadb } from '../support/watched-mariadb.ts';

let here: Installation;
let server: PrivateMariadb;
let watched: WatchedMariadb;

beforeAll(async () => {
  here = new Installation();
  // As on a server: a crash loses nothing that MariaDB has answered. Then its files and its own log agree.
  server = await PrivateMariadb.start({ options: ['--innodb-flush-log-at-trx-commit=1'] });
  watched = await WatchedMariadb.start(server);
  serveMariadb(here.state, server);
  const password = 'correct horse battery staple 7';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  server.query(everyMysqlObject);
  // A crash of MariaDB 11.8 can break a partitioned table that is being renamed: src/capabilities/databases/README.md.
  server.query('DROP TABLE bob_old.parts');
});
afterAll(async () => {
  watched.stop();
  await server.stop();
  here.remove();
});

const uapi = (name: string, args: Record<string, string>) => here.uapi('bob', `Mysql::${name}`, args);
const rename = (oldname: string, newname: string) => uapi('rename_database', { oldname, newname });
const databases = () => server.query("SHOW DATABASES LIKE 'bob%'").flat();
const done = { status: 1, errors: null };

/**
 * Kills the server when a statement that matches is sent.
 * @param delay in milliseconds, since the statement reached the server. Before that if it is undefined.
 * @param damage what the crash does to the server’s files.
 */
async function killedAt<Answer>(
  statement: RegExp,
  delay: number | undefined,
  work: () => Promise<Answer>,
  damage: () => void = () => undefined,
): Promise<Answer> {
  serveMariadb(here.state, watched);
  let killed: Promise<void> | undefined;
  watched.onStatement = (sql, when) => {
    if (when !== 'before' || !statement.test(sql) || killed !== undefined) return;
    killed =
      delay === undefined
        ? server.kill()
        : new Promise<void>((end) => setTimeout(end, delay)).then(() => server.kill());
  };
  const answer = await work();
  watched.onStatement = () => undefined;
  serveMariadb(here.state, server);
  expect(killed).toBeDefined();
  await killed;
  damage();
  await server.resume();
  return answer;
}

const nextCall = () => uapi('rename_user', { oldname: 'bob_ro', newname: 'bob_ro' });

/**
 * The task restores what an interrupted call had begun, or that call has done so itself. A try can fail soon after the
 * server’s start, and the task tries again.
 */
async function restore(): Promise<void> {
  for (let tries = 0; tries < 10 && (await undoOperations(here.engine)) > 0; tries++);
  const answer = await nextCall();
  expect(answer).toMatchObject({ status: 0, errors: [expect.stringContaining('new name') as string] });
}

const switching = [0, 2, 5, 10, 20, 40, 80, 160].map((delay) => [/RENAME TABLE/, delay] as const);

test.each([
  [/^CREATE DATABASE/, 0],
  [/^BEGIN NOT ATOMIC[^]*CREATE (PROCEDURE|FUNCTION|DEFINER)/, 5],
  ...switching,
  [/DROP DATABASE/, 0],
  [/DROP DATABASE/, 5],
  [/^ALTER DATABASE/, 0],
] as const)('a renaming of a database: killed at %s, after %i ms', async (statement, delay) => {
  const before = contentOf(server, 'bob_old');
  const answer = await killedAt(statement, delay, () => rename('bob_old', 'bob_new'));
  if (answer.status === 1) expect(await rename('bob_new', 'bob_old')).toMatchObject(done);
  else await restore();
  expect(databases()).toEqual(['bob_old', 'bob_other']);
  expect(contentOf(server, 'bob_old')).toBe(before);
});

test.each([0, 5, 15, 40, 100])('a renaming of a user: killed after %i ms', async (delay) => {
  const before = contentOf(server, 'bob_old');
  const names = { oldname: 'bob_app', newname: 'bob_site' };
  const answer = await killedAt(/RENAME USER/, delay, () => uapi('rename_user', names));
  if (answer.status === 1) {
    const back = { oldname: 'bob_site', newname: 'bob_app' };
    expect(await uapi('rename_user', back)).toMatchObject(done);
  } else await restore();
  expect(contentOf(server, 'bob_old')).toBe(before);
  expect(server.query("SELECT User FROM mysql.user WHERE User IN ('bob_app', 'bob_site')")).toEqual([
    ['bob_app'],
    ['bob_app'],
  ]);
});

/** MariaDB empties this file before it writes the options again. */
const loseOptions = () => writeFileSync(join(server.data, 'bob_old', 'db.opt'), '');

test.each([
  ['user', /RENAME USER/, () => uapi('rename_user', { oldname: 'bob_app', newname: 'bob_site' })],
  ['database', /RENAME TABLE/, () => rename('bob_old', 'bob_new')],
] as const)(
  'a renaming of a %s: a crash that loses the comment of the database',
  async (_what, statement, call) => {
    const before = contentOf(server, 'bob_old');
    expect((await killedAt(statement, undefined, call, loseOptions)).status).toBe(0);
    expect(contentOf(server, 'bob_old')).not.toBe(before);
    await restore();
    expect(contentOf(server, 'bob_old')).toBe(before);
  },
);

/** MariaDB removes the definitions of a table’s triggers (.TRG) before their names (.TRN). */
function loseDefinitions(): void {
  const folder = join(server.data, 'bob_old');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.TRG'))) rmSync(join(folder, file));
}

test('a renaming of a database: a crash that leaves the names of triggers alone', async () => {
  const before = contentOf(server, 'bob_old');
  const call = () => rename('bob_old', 'bob_new');
  expect((await killedAt(/RENAME TABLE/, undefined, call, loseDefinitions)).status).toBe(0);
  expect(contentOf(server, 'bob_old')).not.toBe(before);
  await restore();
  expect(databases()).toEqual(['bob_old', 'bob_other']);
  expect(contentOf(server, 'bob_old')).toBe(before);
});
