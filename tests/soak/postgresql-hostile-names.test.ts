// PostgreSQL with hostile names and passwords, by the functions of accounts: what is accepted exists on the server exactly,
// and everything else is refused with a reason and changes nothing. Names that somebody has given by hand work too.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { maxLengths } from '../../src/capabilities/databases/rules/names.ts';
import { Installation } from '../support/installation.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { servePostgresql } from '../support/served-postgresql.ts';

const password = 'correct horse battery staple 7';
let postgres: PrivatePostgresql;
let here: Installation;

beforeAll(async () => {
  postgres = await PrivatePostgresql.start();
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  servePostgresql(here.state, postgres);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await succeed('create_database', { name: 'eve_shop' }, 'eve');
  await succeed('create_user', { name: 'eve_app', password }, 'eve');
  await succeed('grant_all_privileges', { database: 'eve_shop', user: 'eve_app' }, 'eve');
});
afterAll(async () => {
  here.remove();
  await postgres.stop();
});

type Args = Readonly<Record<string, string>>;
const uapi = (name: string, args: Args = {}, user = 'bob') => here.uapi(user, `Postgresql::${name}`, args);
async function succeed(name: string, args: Args = {}, user = 'bob') {
  const { errors, data } = await uapi(name, args, user);
  expect([name, args, errors]).toEqual([name, args, null]);
  return data;
}
async function names(what: 'database' | 'user'): Promise<unknown> {
  const data = (await succeed(`list_${what}s`)) as (string | { database: string })[];
  return data.map((one) => (typeof one === 'string' ? one : one.database));
}
/** Everything of the server’s catalogue that a call could change by accident. */
const state = () =>
  postgres.root(
    'postgres',
    `SELECT 'database' AS kind, datname AS name, pg_get_userbyid(datdba) AS more FROM pg_database
      UNION ALL SELECT 'role', rolname, rolcanlogin || coalesce(rolpassword, '') FROM pg_authid
      UNION ALL SELECT 'member', pg_get_userbyid(roleid), pg_get_userbyid(member)::text FROM pg_auth_members
      ORDER BY 1, 2, 3`,
  );
const there = async (what: 'database' | 'user', name: string) => {
  const table = what === 'database' ? ['pg_database', 'datname'] : ['pg_roles', 'rolname'];
  const rows = await postgres.server.query('postgres', `SELECT ${table[1]} AS name FROM ${table[0]}`);
  return rows.some((row) => row.name === name);
};
/** What PostgreSQL’s own client gets that logs in over the network: rows, or the server’s error. */
function login(user: string, secret: string, database = 'postgres', sql = 'SELECT 7'): string {
  const line = [
    '-h',
    '127.0.0.1',
    '-p',
    String(postgres.server.port),
    '-U',
    user,
    '-d',
    database,
    '-Atqc',
    sql,
  ];
  const { stdout, stderr } = spawnSync('psql', ['-X', '-w', ...line], {
    encoding: 'utf8',
    env: { ...process.env, PGPASSWORD: secret, PGCLIENTENCODING: 'UTF8' },
  });
  return (stdout + stderr).trim();
}
const id = (name: string) => `"${name.replaceAll('"', '""')}"`;

const pieces = [
  ...[
    'a',
    'z9',
    '_',
    'B',
    '%',
    '"',
    "'",
    '\\',
    '`',
    '.',
    ' ',
    '-',
    '/',
    ';',
    '$1',
    '$$',
    '--',
    '/*',
    'é',
    'ß',
    '数',
  ],
  ...['\0', '\n', '\u{1f600}', '\u0301', '\u202e', '@', '#', '(', 'owner', 'select', 'user', 'x'.repeat(30)],
];
const hostile = fc
  .array(fc.constantFrom(...pieces), { minLength: 0, maxLength: 8 })
  .map((parts) => parts.join(''));
const plain = fc.stringMatching(/^[a-z0-9_]{1,60}$/);
/** Mostly with the account’s prefix, because all other names have the same reason. */
const newName = fc
  .tuple(fc.constantFrom('bob_', 'bob_', 'bob_', 'bob_', 'eve_', 'BOB_', 'bob', ''), fc.oneof(hostile, plain))
  .map((parts) => parts.join(''));
const words = [
  ...[
    'select',
    'user',
    'table',
    'all',
    'current_user',
    'session_user',
    'group',
    'default',
    'true',
    'owner',
    '1',
    '_',
  ],
  ...[
    'public',
    'none',
    'pg_x',
    'pg_monitor',
    'postgres',
    'template1',
    'root',
    'replication',
    'bob',
    'bob_',
    'eve_y',
  ],
];
const reasons =
  /should consist of lower-case letters, digits and “_”, not |begins with “bob_”, such as|is too long: it has \d+ of at most \d+ characters|should be text on one line, without control characters|is required: it should be|is a reserved name on this server|begins with the name of another account|already has a (?:database|user) named/;

/** @returns whether it was accepted. Afterwards, everything is as before. */
async function tryName(what: 'database' | 'user', name: string): Promise<boolean> {
  const before = await state();
  const secret = what === 'user' ? { password } : {};
  const { status, errors } = await uapi(`create_${what}`, { name, ...secret });
  if (status === 0) {
    expect([name, errors]).toEqual([name, [expect.stringMatching(reasons)]]);
    expect([name, await state()]).toEqual([name, before]);
    return false;
  }
  expect([name, await there(what, name), await names(what)]).toEqual([name, true, [name]]);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(maxLengths.postgresql[what]);
  if (what === 'user') expect([name, login(name, password)]).toEqual([name, '7']);
  expect((await uapi(`create_${what}`, { name, ...secret })).status).toBe(0);
  await succeed(`delete_${what}`, { name });
  expect([name, await state()]).toEqual([name, before]);
  return true;
}

describe.each(['database', 'user'] as const)('a new %s', (what) => {
  test('is named exactly as asked, or refused', async () => {
    let accepted = 0;
    const most = maxLengths.postgresql[what];
    const longest = [`bob_${'x'.repeat(most - 4)}`, `bob_${'x'.repeat(most - 3)}`, `bob_${'é'.repeat(29)}`];
    await fc.assert(
      fc.asyncProperty(newName, async (name) => {
        if (await tryName(what, name)) accepted += 1;
      }),
      {
        numRuns: 60,
        examples: [...longest, 'bob_"; DROP DATABASE eve_shop; --', ''].map((name): [string] => [name]),
      },
    );
    expect(accepted).toBeGreaterThan(5);
  });

  test('may be a word of SQL without the prefix, but no name of the server', async () => {
    await here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '0' });
    try {
      const accepted: string[] = [];
      for (const name of words) if (await tryName(what, name)) accepted.push(name);
      const own = [
        'select',
        'user',
        'table',
        'all',
        'current_user',
        'session_user',
        'group',
        'default',
        'true',
        'owner',
      ];
      expect(accepted).toEqual(expect.arrayContaining(own));
      for (const name of ['pg_x', 'pg_monitor', 'postgres', 'eve_y']) expect(accepted).not.toContain(name);
    } finally {
      await here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '1' });
    }
  });
});

test('a password is exactly the one that was set', async () => {
  await succeed('create_user', { name: 'bob_app', password });
  const some = fc.string({
    unit: fc.constantFrom(...`aZ9'"\\%_$;:|&?*/-+ éß数😀 ²ﬁＡ`, '\u00ad', '\u0301', "';--", '\0', '\n', '\t'),
    maxLength: 12,
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(some, async (text) => {
      const secret = `${text}correct horse${text}`;
      const before = await state();
      const { status, errors } = await uapi('set_password', { user: 'bob_app', password: secret });
      if (status === 0) {
        expect([secret, errors]).toEqual([secret, [expect.stringContaining('password')]]);
        expect(JSON.stringify(errors)).not.toContain(secret);
        expect(await state()).toEqual(before);
        return;
      }
      accepted += 1;
      expect([secret, login('bob_app', secret)]).toEqual([secret, '7']);
      for (const other of [`${secret}x`, secret.toUpperCase()])
        expect([other, login('bob_app', other)]).toEqual([
          other,
          expect.stringContaining('authentication failed'),
        ]);
    }),
    { numRuns: 60 },
  );
  expect(accepted).toBeGreaterThan(10);
  await succeed('delete_user', { name: 'bob_app' });
});

/** A name that PostgreSQL itself accepts. Roles that own databases have names that end with “ owner”. */
const byHand = hostile
  .map((text) => Array.from(`bob_h${text}`.replaceAll(/[\0\n]/g, '')))
  .map((letters) => {
    while (Buffer.byteLength(letters.join('')) > 63) letters.pop();
    return letters.join('');
  })
  .filter((name) => !name.endsWith(' owner'));

test('databases and users that were named by hand can be used, and removed without touching others', async () => {
  await fc.assert(
    fc.asyncProperty(byHand, byHand, async (database, user) => {
      const before = await state();
      await postgres.root('postgres', `CREATE DATABASE ${id(database)}`, `CREATE ROLE ${id(user)} LOGIN`);
      expect([await names('database'), await names('user')]).toEqual([[database], [user]]);
      await succeed('set_password', { user, password });
      await succeed('grant_all_privileges', { database, user });
      expect([
        database,
        user,
        login(user, password, database, 'CREATE TABLE t AS SELECT 8; TABLE t'),
      ]).toEqual([...[database, user, '8']]);
      expect(login('eve_app', password, database)).toContain('permission denied');
      await succeed('update_privileges');
      expect(await succeed('list_databases')).toMatchObject([{ database, users: [user] }]);
      await succeed('revoke_all_privileges', { database, user });
      expect([database, login(user, password, database)]).toEqual([
        database,
        expect.stringContaining('permission denied'),
      ]);
      await succeed('rename_database', { oldname: database, newname: 'bob_plain' });
      await succeed('rename_user', { oldname: user, newname: 'bob_app', password });
      await succeed('grant_all_privileges', { database: 'bob_plain', user: 'bob_app' });
      expect(login('bob_app', password, 'bob_plain', 'TABLE t')).toBe('8');
      await succeed('delete_user', { name: 'bob_app' });
      await succeed('delete_database', { name: 'bob_plain' });
      expect(await state()).toEqual(before);
    }),
    {
      numRuns: 15,
      examples: [
        [`bob_h${'é'.repeat(29)}`, `bob_h"'\\$$%`],
        [`bob_${'x'.repeat(59)}`, `bob_${'y'.repeat(59)}`],
      ],
    },
  );
});
