// Renaming on a real MariaDB server: nothing is lost, whatever interrupts it.
import fc from 'fast-check';
import { Installation } from '../support/installation.ts';
import { start } from '../support/command.ts';
import { contentOf, everyMysqlObject } from '../support/every-mysql-object.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { FIRST_PLACE, PLACES } from '../support/sixth.ts';
import { WatchedMariadb } from '../support/watched-mariadb.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivateMariadb;
let watched: WatchedMariadb;

beforeAll(async () => {
  here = new Installation();
  server = await PrivateMariadb.start();
  watched = await WatchedMariadb.start(server);
  serveMariadb(here.state, server);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  server.query(everyMysqlObject);
});
afterAll(async () => {
  watched.stop();
  await server.stop();
  here.remove();
});
afterEach(() => {
  watched.onStatement = () => undefined;
  serveMariadb(here.state, server);
});

const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', `Mysql::${name}`, args);
const done = { status: 1, errors: null };
const failed = (reason: string) => ({ status: 0, errors: [expect.stringContaining(reason) as string] });
const rename = (oldname: string, newname: string) => uapi('rename_database', { oldname, newname });
const databases = () => server.query("SHOW DATABASES LIKE 'bob%'").flat();
const app = { user: 'bob_app', password: 'x' };

test('everything in a database gets the new name, and back', async () => {
  const before = contentOf(server, 'bob_old');
  for (const kind of ['PACKAGE BODY', 'EVENT', 'z_first', 'nightly', 'back']) expect(before).toContain(kind);
  expect(await rename('bob_old', 'bob_new')).toMatchObject({ ...done, warnings: null });
  expect(databases()).toEqual(['bob_new', 'bob_other']);
  expect(contentOf(server, 'bob_new')).toBe(before);
  expect(server.query("SELECT COUNT(*) FROM mysql.db WHERE Db LIKE '%old'")).toEqual([['0']]);
  // Foreign keys of another database follow.
  expect(server.query('SHOW CREATE TABLE bob_other.outer_child').flat().join()).toContain(
    '`bob_new`.`parent`',
  );
  // The triggers and a function act there.
  server.query("SET NAMES utf8mb4; INSERT INTO bob_new.parent VALUES (9, 'nine')", app);
  expect(
    server.query('SELECT what FROM bob_new.log; SELECT n, m FROM bob_new.a_second LIMIT 1', app),
  ).toEqual([...[['zeroth'], ['first 9'], ['second']], ['3', '3']]);
  server.query('DELETE FROM bob_new.log; DELETE FROM bob_new.parent WHERE id = 9');
  expect(await rename('bob_new', 'bob_old')).toMatchObject(done);
  expect(contentOf(server, 'bob_old')).toBe(before);
});

test('a user gets a new name in everything that it defines', async () => {
  const before = contentOf(server, 'bob_old');
  expect(await uapi('rename_user', { oldname: 'bob_app', newname: 'bob_site' })).toMatchObject(done);
  expect(contentOf(server, 'bob_old', 'bob_site')).toBe(before);
  expect(contentOf(server, 'bob_old', 'bob_site')).not.toContain('bob_app');
  // Its password is the same.
  const site = { user: 'bob_site', password: 'x' };
  expect(server.query('SELECT n FROM bob_old.a_second LIMIT 1', site)).toEqual([['2']]);
  expect(server.refusal('SELECT 1', app)).toContain('denied');
  expect(await uapi('rename_user', { oldname: 'bob_site', newname: 'bob_app' })).toMatchObject(done);
  expect(contentOf(server, 'bob_old')).toBe(before);
});

test('a dry run says how large it is and what is locked', async () => {
  const before = contentOf(server, 'bob_old');
  const args = { oldname: 'bob_old', newname: 'bob_new' };
  const answer = await here.call('rename_mysql_database', args, { dryRun: true });
  expect(JSON.stringify(answer)).toMatch(/8 tables|\d+ tables, 6 triggers, 5 views/);
  expect(JSON.stringify(answer)).toContain('MariaDB locks all');
  expect(contentOf(server, 'bob_old')).toBe(before);
});

test('a session that uses a table stops the renaming after ten seconds', async () => {
  const before = contentOf(server, 'bob_old');
  const { spawn } = await import('node:child_process');
  const words = ['--no-defaults', `--socket=${server.socket}`, 'bob_old'];
  const client = spawn('mariadb', words, { stdio: ['pipe', 'ignore', 'ignore'] });
  client.stdin.write('BEGIN; SELECT * FROM child; SELECT SLEEP(60);\n');
  const answer = await rename('bob_old', 'bob_new');
  expect(answer).toMatchObject(failed('kept a table of “bob_old” in use for more than 10 seconds'));
  expect(JSON.stringify(answer)).toMatch(/\d+ of “root” for \d+ s/);
  client.kill('SIGKILL');
  server.query('KILL USER root@localhost');
  expect(databases()).toEqual(['bob_old', 'bob_other']);
  expect(contentOf(server, 'bob_old')).toBe(before);
});

test('what cannot be moved is refused, and nothing changes', async () => {
  server.query(
    'CREATE DATABASE bob_odd; CREATE TABLE bob_odd.t (a INT); CREATE VIEW bob_odd.v AS SELECT a FROM bob_odd.t',
  );
  server.query('DROP TABLE bob_odd.t');
  expect(await rename('bob_odd', 'bob_even')).toMatchObject(
    failed('The view “v” uses something that does not exist'),
  );
  server.query('DROP VIEW bob_odd.v; CREATE SEQUENCE bob_odd.s');
  server.query('CREATE TABLE bob_odd.t (a INT DEFAULT NEXTVAL(bob_odd.s))');
  expect(await rename('bob_odd', 'bob_even')).toMatchObject(
    failed('The column “a” of the table “t” has a default'),
  );
  server.query('ALTER TABLE bob_odd.t ALTER a DROP DEFAULT');
  server.query('CREATE VIEW bob_odd.v AS SELECT bob_odd.a AS b FROM bob_odd.t bob_odd');
  expect(await rename('bob_odd', 'bob_even')).toMatchObject(failed('also uses the name “bob_odd”'));
  server.query('DROP VIEW bob_odd.v');
  expect(await rename('bob_odd', 'bob_old')).toMatchObject(failed('already has a database named “bob_old”'));
  expect(await rename('bob_odd', 'eve_odd')).toMatchObject(failed('begins with “bob_”'));
  expect(await rename('eve_odd', 'bob_even')).toMatchObject(
    failed('You do not have a database named “eve_odd”.'),
  );
  expect(databases()).toEqual(['bob_odd', 'bob_old', 'bob_other']);
  server.query('DROP DATABASE bob_odd');
});

test('a text that has the old name keeps it, and the answer says so', async () => {
  server.query("CREATE DATABASE bob_text; CREATE PROCEDURE bob_text.p() SELECT 'bob_text.x'");
  expect(await rename('bob_text', 'bob_said')).toMatchObject({
    ...done,
    warnings: [expect.stringContaining('the old name “bob_text” in the text of: procedure “p”')],
  });
  server.query('DROP DATABASE bob_said');
});

const hostile = fc.string({
  minLength: 1,
  maxLength: 20,
  unit: fc.constantFrom(...'`\'"\\%_.;-#/* ?é日a@$'),
});

test('names of objects may have any character', async () => {
  const id = (name: string) => `\`${name.replaceAll('`', '``')}\``;
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      // MariaDB refuses spaces at the end.
      const name = `${text}x`;
      const [i, t] = [id(name), id(`t${name}`)];
      server.query(`DROP DATABASE IF EXISTS bob_h; DROP DATABASE IF EXISTS bob_i; CREATE DATABASE bob_h; USE bob_h;
        CREATE TABLE ${t} (${i} INT); INSERT INTO ${t} VALUES (3);
        CREATE TRIGGER ${i} BEFORE INSERT ON ${t} FOR EACH ROW SET NEW.${i} = 4;
        CREATE FUNCTION ${i}() RETURNS INT RETURN 5;
        CREATE EVENT ${i} ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO DELETE FROM ${t};
        CREATE VIEW ${id(`v${name}`)} AS SELECT ${i}, bob_h.${i}() AS ${id(`f${name}`)} FROM ${t};
        GRANT SELECT (${i}) ON ${t} TO bob_ro@localhost`);
      const before = contentOf(server, 'bob_h');
      expect(await rename('bob_h', 'bob_i')).toMatchObject(done);
      expect(contentOf(server, 'bob_i')).toBe(before);
      expect(server.query(`SELECT * FROM bob_i.${id(`v${name}`)}`)).toEqual([['3', '5']]);
    }),
    { numRuns: 15, examples: [['`'], ["'"], ['\\'], ['x`.`bob_odd`.`'], ['; DROP TABLE x; -- ']] },
  );
  server.query('DROP DATABASE IF EXISTS bob_h; DROP DATABASE IF EXISTS bob_i');
});

/** True if a program that uses this name finds everything. */
function works(database: string): boolean {
  const sql = `SELECT COUNT(*) FROM parent; SELECT COUNT(*) FROM a_second; SELECT count_parents(); CALL fill(0);
    SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}'`;
  const login = { ...app, database };
  if (server.refusal(sql, login) !== undefined) return false;
  return server.query(sql, login).flat().join() === '2,2,2,6';
}

const isChange = (sql: string) => !/^(SELECT|SHOW|SET|USE)/i.test(sql);

/** Runs a renaming in a process that dies right after the server has run its nth statement that changes something. */
async function killedAfter(nth: number, name: string, args: readonly string[]): Promise<string | undefined> {
  serveMariadb(here.state, watched);
  let count = 0;
  let last: string | undefined;
  const { child, done: ended } = start(
    ['uapi_cpanel', 'cpanel.user=bob', 'cpanel.module=Mysql', `cpanel.function=${name}`, ...args],
    {
      state: here.state,
      env: here.environment,
    },
  );
  watched.onStatement = (sql, when) => {
    if (when !== 'after' || !isChange(sql) || ++count !== nth) return;
    last = sql;
    child.kill('SIGKILL');
  };
  const { signal, status, stderr, stdout } = await ended;
  serveMariadb(here.state, server);
  if (signal === null && status !== 0) throw new Error(stdout + stderr);
  return signal === 'SIGKILL' ? last : undefined;
}

test('a process that is killed after any statement leaves one name that works, and the next call restores the old one', async () => {
  const before = contentOf(server, 'bob_old');
  const seen: string[] = [];
  let nth = FIRST_PLACE;
  for (; ; nth += PLACES) {
    const last = await killedAfter(nth, 'rename_database', ['oldname=bob_old', 'newname=bob_new']);
    if (last === undefined) break;
    seen.push(last);
    expect([last, works('bob_old') || works('bob_new')]).toEqual([last, true]);
    expect(await uapi('rename_user', { oldname: 'bob_ro', newname: 'bob_ro' })).toMatchObject(
      failed('new name'),
    );
    expect([last, databases()]).toEqual([last, ['bob_old', 'bob_other']]);
    expect(contentOf(server, 'bob_old')).toBe(before);
  }
  expect(seen).not.toEqual([]);
  expect(nth).toBeGreaterThan(20);
  expect(contentOf(server, 'bob_new')).toBe(before);
  expect(await rename('bob_new', 'bob_old')).toMatchObject(done);
}, 600_000);

test('the same for a user', async () => {
  const before = contentOf(server, 'bob_old');
  for (let nth = 1; ; nth++) {
    const last = await killedAfter(nth, 'rename_user', ['oldname=bob_app', 'newname=bob_site']);
    if (last === undefined) break;
    expect(await uapi('rename_user', { oldname: 'bob_ro', newname: 'bob_ro' })).toMatchObject(
      failed('new name'),
    );
    expect(contentOf(server, 'bob_old')).toBe(before);
  }
  expect(contentOf(server, 'bob_old', 'bob_site')).toBe(before);
  expect(await uapi('rename_user', { oldname: 'bob_site', newname: 'bob_app' })).toMatchObject(done);
});
