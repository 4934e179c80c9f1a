// --import-databases with PostgreSQL databases, on a real server: everything comes back, and a hostile archive reaches
// nothing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { DatabaseConnection, DatabaseServer } from '../../src/core/machine-databases.ts';
import { loadDump } from '../../src/capabilities/databases/driver/postgresql/archive/load-dump.ts';
import { PostgresqlServer } from '../../src/machine/databases/postgresql.ts';
import { Files } from '../../src/machine/files/files.ts';
import { Tools } from '../../src/machine/tools.ts';
import { binary } from '../postgres/binaries.ts';
import { ArchiveInstallation, password } from '../support/archives.ts';
import { accountWorker } from '../support/account-worker.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { until } from '../support/until.ts';

const worker = accountWorker();
const VERIFIER =
  'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

let postgres: PrivatePostgresql;
let here: ArchiveInstallation;
let real: ArchiveInstallation['real'];
let uapi: ArchiveInstallation['asBob'];
let done: ArchiveInstallation['done'];
let refusal: ArchiveInstallation['refusal'];
beforeAll(async () => {
  postgres = await PrivatePostgresql.start();
  here = await ArchiveInstallation.on({ postgres });
  ({ real, asBob: uapi, done, refusal } = here);
  mkdirSync(real('/root'), { recursive: true });
});
afterAll(async () => {
  here.remove();
  await postgres.stop();
});

/** Everything that an import could change on the server. */
async function onServer(): Promise<Found> {
  const [row] = await postgres.root(
    'postgres',
    `SELECT json_build_object(
       'databases', (SELECT json_agg(d) FROM (
          SELECT datname, pg_get_userbyid(datdba) AS owner, datacl::text FROM pg_database ORDER BY 1) d),
       'roles', (SELECT json_agg(r) FROM (SELECT * FROM pg_authid ORDER BY rolname) r),
       'members', (SELECT json_agg(m) FROM (
          SELECT roleid::regrole AS role, member::regrole FROM pg_auth_members ORDER BY 1, 2) m),
       'settings', (SELECT json_agg(s) FROM (SELECT * FROM pg_db_role_setting ORDER BY 1, 2) s),
       'system', (SELECT json_agg(f) FROM (SELECT name, setting FROM pg_file_settings ORDER BY 1, 2) f)) AS found`,
  );
  return row?.found as Found;
}

interface Found {
  readonly databases: readonly { readonly datname: string }[];
  readonly roles: readonly { readonly rolname: string; readonly rolpassword: string | null }[];
  readonly members: readonly { readonly role: string; readonly member: string }[];
}

/** Everything that must survive. */
async function facts(database: string, user: string): Promise<unknown[][]> {
  const answers: unknown[][] = [];
  for (const sql of FACTS) answers.push(await postgres.as(user, password, database, sql));
  return answers;
}

const FACTS = [
  'SELECT a, md5(b) AS b, s, d::text AS d FROM t ORDER BY a',
  'SELECT * FROM "odd ""%_\\ ü日" ORDER BY 1',
  'SELECT * FROM v',
  'SELECT * FROM m',
  'SELECT f(3) AS f',
  "SELECT nextval('q') > 41 AS q",
  'SELECT md5(lo_get(oid)) AS lo FROM pg_largeobject_metadata',
  'INSERT INTO t (a) VALUES (900) RETURNING s',
  'DELETE FROM t WHERE a = 900 RETURNING a',
  "SELECT obj_description('t'::regclass) AS comment",
  "SELECT c.relname, c.relkind::text AS kind, pg_get_userbyid(c.relowner) AS owner FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
  'SELECT pg_get_userbyid(lomowner) AS owner FROM pg_largeobject_metadata',
  "SELECT digest(s, 'md5') AS hash FROM t WHERE a = 2",
];

describe('--import-databases of PostgreSQL', () => {
  beforeAll(async () => {
    for (const name of ['bob_full', 'bob_empty']) await uapi('Postgresql::create_database', { name });
    for (const name of ['bob_app', 'bob_other']) await uapi('Postgresql::create_user', { name, password });
    await uapi('Postgresql::grant_all_privileges', { user: 'bob_app', database: 'bob_full' });
    await postgres.as(
      ...(['bob_app', password, 'bob_full'] as const),
      'CREATE EXTENSION pgcrypto',
      'CREATE SEQUENCE q START 42',
      'CREATE TABLE t (a integer PRIMARY KEY, b bytea, s text, d timestamptz)',
      'CREATE TABLE "odd ""%_\\ ü日" ("a;b\'""" text, n integer UNIQUE REFERENCES t (a))',
      "INSERT INTO t VALUES (1, '\\x00ff0a0d1a275c22', 'it''s; -- \\! id\n\\.\n\t😀 ü日', '2001-02-03'), (2, repeat('\\\\000', 5000)::bytea, '\\connect postgres', NULL), (3, NULL, NULL, NULL)",
      'INSERT INTO "odd ""%_\\ ü日" VALUES (E\'\\\\! id\\n\', 1)',
      'CREATE VIEW v AS SELECT a, s FROM t WHERE a < 3',
      'CREATE MATERIALIZED VIEW m AS SELECT count(*)::integer AS c FROM t',
      'CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN x * 2; END $$',
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN NEW.s := coalesce(NEW.s, 'by trigger'); RETURN NEW; END $$",
      'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()',
      "SELECT lo_from_bytea(0, decode(repeat('00ff5c27', 3000), 'hex'))",
      "COMMENT ON TABLE t IS 'ü; --'",
    );
  });

  test('brings back everything: data, objects, users, passwords and privileges', async () => {
    const before = await facts('bob_full', 'bob_app');
    const passwords = () =>
      postgres.root(
        'postgres',
        "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'bob_%' AND rolcanlogin ORDER BY 1",
      );
    const stored = await passwords();
    await done('--export-databases', { user: 'bob', directory: '/root/round' });
    for (const name of ['bob_full', 'bob_empty']) await uapi('Postgresql::delete_database', { name });
    for (const name of ['bob_app', 'bob_other']) await uapi('Postgresql::delete_user', { name });
    expect(await passwords()).toEqual([]);

    const said = await done('--import-databases', { user: 'bob', directory: '/root/round' });

    expect(said).toEqual(['Imported for “bob”: 2 PostgreSQL databases and 2 users.']);
    expect(await facts('bob_full', 'bob_app')).toEqual(before);
    expect(await passwords()).toEqual(stored);
    await expect(postgres.as('bob_other', password, 'bob_full', 'SELECT 1')).rejects.toThrow(
      /permission denied/,
    );
    expect(
      await postgres.root('postgres', "SELECT rolname FROM pg_roles WHERE rolname LIKE 'whmapi1%'"),
    ).toEqual([]);
    expect(readFileSync(join(here.state, 'audit.log'), 'utf8')).not.toContain('SCRAM-SHA-256$');
  });

  test('keeps what already exists, refuses what belongs to another account, and changes nothing', async () => {
    const before = await onServer();
    expect(await done('--import-databases', { user: 'bob', directory: '/root/round' })).toContain(
      'Imported for “bob”: 0 PostgreSQL databases and 0 users.',
    );
    expect(await refusal('eve', '/root/round')).toBe(
      'The database “bob_empty” belongs to the account “bob”. Nothing was changed.',
    );
    expect(await onServer()).toEqual(before);
  });
});

const PLACEHOLDER = 'CREATE FUNCTION public.placeholder()';

/** A dump of a database that an administrator of another server has prepared. */
async function dumpOf(...statements: string[]): Promise<Buffer> {
  await postgres.root('postgres', 'CREATE DATABASE elsewhere TEMPLATE template0');
  try {
    await postgres.root('elsewhere', ...statements);
    const path = join(here.state, 'elsewhere.tar');
    const words = ['--format=tar', `--file=${path}`, `--dbname=${postgres.server.url('elsewhere')}`];
    expect(spawnSync(binary('pg_dump'), words, { encoding: 'utf8' }).stderr).toBe('');
    return readFileSync(path);
  } finally {
    await postgres.root('postgres', 'DROP DATABASE elsewhere');
  }
}

/** Changes a dump by hand: other statements replace the one that creates a function. */
function withStatements(dump: Buffer, sql: string): Buffer {
  const start = dump.indexOf(PLACEHOLDER);
  const end = dump.indexOf(';\n', dump.indexOf('xxx', start));
  expect([start > 0, Buffer.byteLength(sql) < end - start]).toEqual([true, true]);
  const changed = Buffer.from(dump);
  changed.fill(' ', start, end);
  changed.write(sql, start);
  return changed;
}

/** An archive with one database of eve. */
function archive(dump: Buffer, files: Readonly<Record<string, string>> = {}): string {
  const directory = real('/root/hostile');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'psql'), { recursive: true });
  writeFileSync(join(directory, 'psql/eve_db.tar'), dump);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return '/root/hostile';
}

async function removeOfEve(): Promise<void> {
  const removed = await here.uapi('eve', 'Postgresql::delete_database', { name: 'eve_db' });
  expect(removed).toMatchObject({ status: 1 });
  await here.uapi('eve', 'Postgresql::delete_user', { name: 'eve_a' });
}

const PROGRAM = "COPY (SELECT 1) TO PROGRAM 'touch /tmp/whmapi1-program'";

describe('a hostile archive', () => {
  let simple: Buffer;
  beforeAll(async () => {
    simple = await dumpOf(
      `${PLACEHOLDER} RETURNS text LANGUAGE sql AS $_$ SELECT '${'x'.repeat(2000)}' $_$`,
      'CREATE TABLE t (a text)',
      "INSERT INTO t VALUES ('ü')",
    );
  });

  test.each([
    ['an administrator', 'CREATE ROLE eve_root SUPERUSER LOGIN'],
    ['its own role made administrator', 'ALTER ROLE CURRENT_USER SUPERUSER'],
    ['the user who loads it made administrator', 'RESET ROLE; ALTER ROLE CURRENT_USER SUPERUSER'],
    ['a new user', 'RESET ROLE; CREATE ROLE eve_more LOGIN'],
    ['another role', 'RESET ROLE; RESET SESSION AUTHORIZATION; SET ROLE root'],
    ['another session user', 'SET SESSION AUTHORIZATION root'],
    ['a role that runs programs', 'RESET ROLE; GRANT pg_execute_server_program TO CURRENT_USER'],
    ['a role of another account', 'GRANT "bob_full owner" TO CURRENT_USER'],
    ['a file that is read', "CREATE TABLE public.l (a text); COPY public.l FROM '/etc/passwd'"],
    ['a file that is read by a function', "CREATE TABLE public.l AS SELECT pg_read_file('/etc/passwd')"],
    ['a file that becomes a large object', "SELECT lo_import('/etc/passwd')"],
    ['a file that is written', "RESET ROLE; COPY (SELECT 1) TO '/tmp/whmapi1-copy'"],
    ['a program', PROGRAM],
    ['a program in a block', `DO $$BEGIN EXECUTE $s$${PROGRAM}$s$; END$$`],
    ['a command of psql', '\\! touch /tmp/whmapi1-command'],
    ['another connection by psql', '\\connect bob_full'],
    ['a setting of the server', 'ALTER SYSTEM SET max_connections = 1'],
    ['a setting of another database', 'ALTER DATABASE bob_full SET search_path = evil'],
    ['another database that is removed', 'DROP DATABASE bob_full'],
    ['a new database', 'CREATE DATABASE eve_more'],
    ['a function in C', "CREATE FUNCTION public.s(text) RETURNS integer AS 'libc.so.6', 'system' LANGUAGE c"],
    ['a library', "LOAD '/tmp/evil.so'"],
    ['an extension that reads files', 'CREATE EXTENSION file_fdw SCHEMA public'],
    ['an extension that connects elsewhere', 'CREATE EXTENSION dblink SCHEMA public'],
    [
      'a trigger for every session',
      'CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$; ' +
        'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION public.e()',
    ],
    ['a library for every session', "ALTER DATABASE eve_db SET session_preload_libraries = 'evil'"],
    ['a subscription', "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)"],
    ['a catalogue that is changed', 'UPDATE pg_catalog.pg_authid SET rolsuper = true'],
  ])('with %s is refused', async (_what, sql) => {
    const before = await onServer();
    expect(await refusal('eve', archive(withStatements(simple, sql)))).toMatch(
      /^“\/root\/hostile\/psql\/eve_db\.tar” was refused: (?:permission denied|must (?:be|have) |access to library|syntax error at or near "\\")/,
    );
    expect(await onServer()).toEqual(before);
    expect(['copy', 'program', 'command'].filter((name) => existsSync(`/tmp/whmapi1-${name}`))).toEqual([]);
  });

  test('that acts as the user who loads it leaves nothing of that user', async () => {
    const dump = withStatements(
      simple,
      `RESET ROLE; CREATE TABLE public.mine (a int); GRANT SELECT ON public.mine TO CURRENT_USER;
       ALTER ROLE CURRENT_USER PASSWORD 'known'; ALTER ROLE CURRENT_USER SET search_path = evil;
       ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO CURRENT_USER;
       CREATE POLICY p ON public.mine TO CURRENT_USER USING (true)`,
    );
    const before = await onServer();
    await done('--import-databases', { user: 'eve', directory: archive(dump) });
    const owners =
      "SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    expect(await postgres.root('eve_db', owners)).toEqual([{ owner: 'eve_db owner' }]);
    await removeOfEve();
    expect(await onServer()).toEqual(before);
  });

  test('whose own code runs meanwhile gets no rights by it, and none later', async () => {
    const attempts = [
      "'CREATE ROLE eve_root SUPERUSER LOGIN'",
      "'ALTER ROLE ' || quote_ident(session_user) || ' SUPERUSER'",
      `$s$${PROGRAM}$s$`,
      "$s$SELECT pg_read_file('/etc/passwd')$s$",
    ].map((what) => `BEGIN EXECUTE ${what}; EXCEPTION WHEN insufficient_privilege THEN n := n + 1; END;`);
    const before = await onServer();
    const dump = await dumpOf(
      // Administrators, who make the dump elsewhere, do not attempt anything.
      `CREATE FUNCTION c(x integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$
         DECLARE n integer := 0;
         BEGIN
           IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN RETURN 0; END IF;
           ${attempts.join(' ')} RETURN n;
         END $$`,
      'CREATE TABLE t (a integer CHECK (public.c(a) IN (0, 4)))',
      'INSERT INTO t VALUES (7)',
      'CREATE MATERIALIZED VIEW m AS SELECT public.c(a) FROM t',
    );
    await done('--import-databases', { user: 'eve', directory: archive(dump) });
    expect(await postgres.root('eve_db', 'SELECT a, c FROM t, m')).toEqual([{ a: 7, c: 4 }]);
    // Its definer is the database’s own role now, so it has no more rights if an administrator calls it.
    expect(await postgres.root('eve_db', 'SELECT public.c(1)')).toEqual([{ c: 4 }]);
    expect(existsSync('/tmp/whmapi1-program')).toBe(false);
    await removeOfEve();
    expect(await onServer()).toEqual(before);
  });

  test.each([
    ['no archive', () => Buffer.from('hello')],
    ['cut off in its list', (dump: Buffer) => dump.subarray(0, 3000)],
    ['without its rows', (dump: Buffer) => dump.subarray(0, dump.indexOf('restore.sql') - 1024)],
    [
      'without the list of its rows',
      (dump: Buffer) => Buffer.concat([dump.subarray(0, 3072), Buffer.alloc(1024)]),
    ],
    ['without the last of its rows', (dump: Buffer) => dump.subarray(0, dump.indexOf('restore.sql') - 510)],
  ])('that is %s is refused', async (_what, change) => {
    const before = await onServer();
    expect(await refusal('eve', archive(change(simple)))).toMatch(
      /^“.*eve_db\.tar” (?:is not complete|was refused): \S/,
    );
    expect(await onServer()).toEqual(before);
  });

  const user = `CREATE ROLE "eve_a" LOGIN PASSWORD '${VERIFIER}';`;
  const USERS = 'psql_users.sql';
  const GRANTS = 'psql_grants.sql';
  const named = (name: string) => ({ [USERS]: user.replace('eve_a', name) });
  const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ [USERS]: 'CREATE ROLE "eve_a" SUPERUSER LOGIN;' }, `Line 1 of “/root/hostile/${USERS}” is not one of`],
    [
      { [USERS]: `-- x\n${user} DROP DATABASE bob_full;` },
      `Line 2 of “/root/hostile/${USERS}” is not one of`,
    ],
    [{ [USERS]: 'CREATE ROLE "eve_a" IN ROLE "bob_full owner";' }, 'is not one of the forms'],
    [{ [`psql/${USERS}`]: 'DROP ROLE root;' }, `Line 1 of “/root/hostile/psql/${USERS}” is not one of`],
    [
      { [USERS]: "ALTER ROLE root PASSWORD 'md50123456789abcdef0123456789abcdef';" },
      'changes “root”, whom no line before it creates.',
    ],
    [{ [USERS]: "CREATE USER eve_a WITH PASSWORD 'plain';" }, 'neither a SCRAM-SHA-256 nor an MD5 hash'],
    [{ [USERS]: user.replace('4096:', '4096:*') }, 'neither a SCRAM-SHA-256 nor an MD5 hash'],
    [named('root'), 'The database user “root” cannot be imported.'],
    [named('eve_a b'), 'The database user “eve_a b” cannot be imported.'],
    [named('eve_db owner'), 'The database user “eve_db owner” cannot be imported.'],
    [named('bob_app'), 'The database user “bob_app” belongs to the account “bob”.'],
    [{ [USERS]: `${user}\n${user}` }, `Line 2 of “/root/hostile/${USERS}” creates “eve_a” again.`],
    [
      { [USERS]: user, [GRANTS]: 'GRANT ALL PRIVILEGES ON DATABASE "bob_full" TO "eve_a";' },
      'on “bob_full”, which is not a database of the archive.',
    ],
    [{ [GRANTS]: 'GRANT ALL ON DATABASE "eve_db" TO "bob_app";' }, 'to “bob_app”, whom the archive does not'],
    [{ [GRANTS]: 'GRANT ALL ON DATABASE "eve_db" TO PUBLIC;' }, 'to “public”, whom the archive does not'],
    [
      { [USERS]: user, [GRANTS]: 'GRANT "bob_full owner" TO "eve_a";' },
      `Line 1 of “/root/hostile/${GRANTS}” is not of the form`,
    ],
    [
      { [USERS]: user, [`psql/${USERS}`]: user.replace('4096', '8192') },
      'with different passwords of “eve_a”',
    ],
  ];
  test.each(cases)('with the files %j is refused', async (files, reason) => {
    const before = await onServer();
    expect(await refusal('eve', archive(simple, files))).toContain(reason);
    expect(await onServer()).toEqual(before);
  });

  test('with more databases than the package allows is refused', async () => {
    await done('modifyacct', { user: 'eve', MAXSQL: '0' });
    const reason = await refusal('eve', archive(simple));
    await done('modifyacct', { user: 'eve', MAXSQL: 'unlimited' });
    expect(reason).toContain('allows 0 PostgreSQL databases');
  });

  test('is undone if the process is killed between any two operations', async () => {
    const before = await onServer();
    const directory = archive(simple, {
      [USERS]: user,
      [GRANTS]: 'GRANT ALL PRIVILEGES ON DATABASE "eve_db" TO "eve_a";',
    });
    const args = JSON.stringify({ user: 'eve', directory });
    let works = 1;
    for (; ; works += 5) {
      const argv = [worker.path, here.state, `work ${works}`, '--import-databases', args];
      const { signal } = spawnSync(process.execPath, argv, { env: { ...process.env, ...here.environment } });
      if (signal !== 'SIGKILL') break;
      // The next call that changes something undoes it, unless the outcome was stored.
      await done('modifyacct', { user: 'eve', MAXFTP: '3' });
      if ((await onServer()).databases.some(({ datname }) => datname === 'eve_db')) await removeOfEve();
      expect(await onServer()).toEqual(before);
    }
    expect(works).toBeGreaterThan(20);
    expect((await onServer()).databases).toContainEqual(expect.objectContaining({ datname: 'eve_db' }));
    await removeOfEve();
    expect(await onServer()).toEqual(before);
  });
});

test('an import that is killed while pg_restore runs is undone, and pg_restore ends', async () => {
  const before = await onServer();
  const dump = await dumpOf(
    "CREATE FUNCTION w() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(300 * (current_user <> 'postgres')::integer); RETURN true; END $$",
    'CREATE TABLE t (a integer CHECK (public.w()))',
    'INSERT INTO t VALUES (1)',
  );
  const args = JSON.stringify({ user: 'eve', directory: archive(dump) });
  const argv = [worker.path, here.state, 'never', '--import-databases', args];
  const child = spawn(process.execPath, argv, {
    ...{ env: { ...process.env, ...here.environment }, stdio: 'ignore' },
  });
  const sessions = () =>
    postgres.root(
      'postgres',
      "SELECT pid, usename FROM pg_stat_activity WHERE datname = 'eve_db' AND wait_event = 'PgSleep'",
    );
  await until(async () => (await sessions()).length > 0);
  expect((await sessions()).map(({ usename }) => usename)).toEqual([
    expect.stringMatching(/^whmapi1_import_[0-9a-f]{8}$/),
  ]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await done('modifyacct', { user: 'eve', MAXFTP: '3' });
  expect(await sessions()).toEqual([]);
  expect(await onServer()).toEqual(before);
});

test('users of other forms, and dumps of old servers, are taken over', async () => {
  const dump = await dumpOf(
    'DROP EXTENSION plpgsql',
    'CREATE EXTENSION plpgsql',
    "COMMENT ON EXTENSION plpgsql IS 'a procedural language'",
    "COMMENT ON SCHEMA public IS 'of the shop'",
    'CREATE TABLE t (a integer)',
    "COMMENT ON TABLE t IS 'kept'",
  );
  expect(dump.includes('COMMENT ON EXTENSION plpgsql')).toBe(true);
  const md5 = 'md50123456789abcdef0123456789abcdef';
  const said = await done('--import-databases', {
    user: 'eve',
    directory: archive(dump, {
      'psql_users.sql': [
        `CREATE USER eve_a WITH ENCRYPTED PASSWORD '${md5}';`,
        'CREATE ROLE "eve_b";',
        'ALTER ROLE "eve_b" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS ' +
          `PASSWORD '${VERIFIER}';`,
        ...['CREATE ROLE eve_c LOGIN;', 'CREATE ROLE eve LOGIN;'],
      ].join('\n'),
      'psql/psql_grants.sql':
        'GRANT ALL ON DATABASE eve_db TO EVE_A;\nGRANT ALL ON DATABASE eve_db TO eve;\n',
      'psql/notes.txt': 'x',
    }),
  });
  expect(said.map((one) => one.split(' ').slice(0, 7).join(' '))).toEqual([
    'The PostgreSQL user “eve” was left out,',
    'The password of the PostgreSQL user “eve_a”',
    'The PostgreSQL user “eve_c” of the archive',
    '“/root/hostile/psql/notes.txt” was left out, because such a',
    'Imported for “eve”: 1 PostgreSQL databases and',
  ]);
  const comments =
    "SELECT obj_description('public'::regnamespace) AS schema, obj_description('t'::regclass) AS t";
  expect(await postgres.root('eve_db', comments)).toEqual([{ schema: 'of the shop', t: 'kept' }]);
  const { roles, members } = await onServer();
  const stored = roles.filter(({ rolname }) => /^eve_.$/.test(rolname));
  expect(stored.map(({ rolpassword }) => rolpassword)).toEqual([
    ...[md5, VERIFIER],
    expect.stringMatching(/^SCRAM-SHA-256\$4096:/),
  ]);
  expect(members).toContainEqual({ role: '"eve_db owner"', member: 'eve_a' });
});

test('pg_restore runs as the Linux user of the account, who could read neither the dump nor the password', async () => {
  const path = join(here.state, 'eve_x.tar');
  writeFileSync(path, await dumpOf('CREATE TABLE t AS SELECT 7 AS a'), { mode: 0o600 });
  await postgres.root(
    'postgres',
    'CREATE DATABASE eve_x TEMPLATE template0',
    `CREATE ROLE eve_loader LOGIN PASSWORD '${password}'`,
    'ALTER DATABASE eve_x OWNER TO eve_loader',
  );
  const folder = join(here.state, 'kept');
  const files = new Files({
    ...{ root: '', directories: [here.state], kept: folder, setsOwners: false, now: Date.now },
  });
  const file = await files.open(path);
  if (file === undefined) throw new Error('The dump is missing.');
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : { uid: userInfo().uid, gid: userInfo().gid };
  const ran: Record<string, unknown>[] = [];
  const tools = new Tools({ root: '', isSandbox: false, tools: [{ name: 'pg_restore' }] });
  const machine = {
    tools: () =>
      Promise.resolve({
        has: (name: string) => tools.has(name),
        find: (pattern: RegExp) => tools.find(pattern),
        async run(...call: Parameters<Tools['run']>) {
          ran.push({ words: call[1], as: call[2]?.as });
          return tools.run(...call);
        },
      }),
  };
  const login = { user: 'eve_loader', password };
  const server = new PostgresqlServer({ socket: postgres.socket });
  const loading = { file, path, database: 'eve_x', login, as };
  await loadDump(machine, server, loading);

  expect(await postgres.root('eve_x', 'SELECT a FROM t')).toEqual([{ a: 7 }]);
  expect(ran.map((one) => one.as)).toEqual([as, as]);
  expect(JSON.stringify(ran)).not.toContain(password);

  // A server without network is used through its socket, if that admits the user.
  const asked = { query: () => Promise.resolve([{ addresses: '' }]) } as unknown as DatabaseConnection;
  const alone: DatabaseServer = { socket: postgres.socket, use: (work) => work(asked) };
  await postgres.root('eve_x', 'DROP TABLE t');
  await loadDump(machine, alone, loading);
  expect(await postgres.root('eve_x', 'SELECT a FROM t')).toEqual([{ a: 7 }]);
  await postgres.server.restrict('local all eve_loader peer');
  await expect(loadDump(machine, alone, loading)).rejects.toThrow(
    /cannot be loaded, because PostgreSQL does not admit a new user with a password: .*Peer authentication failed.* Set listen_addresses to localhost/,
  );
  file.close();
});

test('users of a suspended account may not log in before it is unsuspended', async () => {
  const users = `CREATE ROLE eve_late LOGIN PASSWORD '${VERIFIER}';`;
  const directory = archive(await dumpOf('CREATE TABLE t (a integer)'), { 'psql_users.sql': users });
  rmSync(real('/root/hostile/psql/eve_db.tar'));
  const mayLogIn = async () =>
    (await postgres.root('postgres', "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'eve_late'"))[0];
  await done('suspendacct', { user: 'eve' });
  await done('--import-databases', { user: 'eve', directory });
  expect(await mayLogIn()).toEqual({ rolcanlogin: false });
  await done('unsuspendacct', { user: 'eve' });
  expect(await mayLogIn()).toEqual({ rolcanlogin: true });
});
