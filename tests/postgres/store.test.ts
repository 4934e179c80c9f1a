// The PostgreSQL store: what it guarantees, and its errors if it cannot be used.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Db } from '../../src/core/context.ts';
import type { OpenStore } from '../../src/store/open-store.ts';
import { readAddress, readServerName } from '../../src/store/postgres/address.ts';
import { Turns } from '../../src/store/postgres/turns.ts';
import { PostgresStore } from '../../src/store/postgres/store.ts';
import { setup } from '../../src/store/postgres/migrations.generated.ts';
import { schemaVersion } from '../../src/store/schema-version.generated.ts';
import { itKeepsItsPromises, type Shared } from '../store/db.contract.ts';
import { call } from '../support/command.ts';
import { Installation } from '../support/installation.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { PostgresServer } from './postgres-server.ts';
import { asksFor, Proxy } from './proxy.ts';

let server: PostgresServer;
/** What must be closed when a test is over, in reverse order of creation. */
const rest: (() => unknown)[] = [];

beforeAll(async () => {
  server = await PostgresServer.start('max_connections=12', 'superuser_reserved_connections=0');
  await server.query(
    'postgres',
    "CREATE ROLE guarded LOGIN PASSWORD 'Xylophone Quagmire'; CREATE ROLE bystander LOGIN",
  );
  await server.restrict('host all guarded 127.0.0.1/32 scram-sha-256');
});
afterEach(async () => {
  for (const end of rest.splice(0).reverse()) await end();
});
afterAll(() => server.stop());

/** An empty database on the server of this file, which is removed with the server. */
let made = 0;
async function emptyDatabase(): Promise<string> {
  const name = `store_${(made += 1)}`;
  await server.query('postgres', `CREATE DATABASE ${name}`);
  return name;
}

function opened(url: string, connections = 4, name = 'web1'): PostgresStore {
  const store = new PostgresStore(readAddress(url), name, { connections });
  rest.push(() => store.close());
  return store;
}

function two(): Shared & { readonly url: string } {
  const database = makeTestDatabase();
  if (database === undefined) throw new Error('Run this with `npm run test:postgres`.');
  const { url } = database;
  const [one, other] = [opened(url), opened(url, 4, 'web2')];
  return { one, other, url, remove: () => database.remove() };
}

/** Installations that share a new database; the first one has the URL `url`. */
function installation(url?: string): Installation {
  const here = new Installation(url === undefined ? {} : { url });
  rest.push(() => here.remove());
  return here;
}

const run = (store: OpenStore, sql: string, keep = true) =>
  store.transaction('changes', async (db) => ({ value: await db.run(sql), keep }));

itKeepsItsPromises(async () => two());

describe('in addition to what every store guarantees', () => {
  let shared: ReturnType<typeof two>;
  beforeEach(() => {
    shared = two();
  });
  afterEach(() => shared.remove());

  test('a NUL, which PostgreSQL’s texts cannot contain, is made visible', async () => {
    const { one } = shared;
    const value = await one.transaction('changes', async (db) => {
      await db.run('INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?)', 'root', 'a\0b\0');
      return { value: await db.all('SELECT issuer FROM tfa_issuer'), keep: true };
    });
    expect(value).toEqual([{ issuer: 'a\ufffdb\ufffd' }]);
  });

  test('changes of two stores run one after the other: no increment is lost', async () => {
    const { one, other } = shared;
    await run(one, "INSERT INTO setting (name, value) VALUES ('counter', '0')");
    const increment = (store: OpenStore) =>
      store.transaction('changes', async (db) => {
        const row = await db.get<{ value: string }>("SELECT value FROM setting WHERE name = 'counter'");
        await new Promise((resume) => setImmediate(resume));
        await db.run("UPDATE setting SET value = ? WHERE name = 'counter'", String(Number(row?.value) + 1));
        return { value: undefined, keep: true };
      });
    await Promise.all(Array.from({ length: 200 }, (_, at) => increment(at % 2 === 0 ? one : other)));
    expect(await one.transaction('reads', (db) => keeping(db.all('SELECT value FROM setting')))).toEqual([
      { value: '200' },
    ]);
  });

  test('two transactions that read before they write never both write', async () => {
    const { one, other } = shared;
    const enter = (store: OpenStore) =>
      store.transaction('changes', async (db) => {
        if ((await db.get("SELECT 1 FROM setting WHERE name = 'taken'")) !== undefined) {
          return { value: 'taken', keep: false };
        }
        await db.get('SELECT pg_sleep(0.1)');
        await db.run("INSERT INTO setting (name, value) VALUES ('taken', '1')");
        return { value: 'entered', keep: true };
      });
    // Both have a connection, so they start at the same moment.
    await Promise.all([one.state(), other.state()]);
    const answers = await Promise.all([one, other, one, other, one, other].map(enter));
    expect(answers.sort()).toEqual(['entered', 'taken', 'taken', 'taken', 'taken', 'taken']);
  });

  test('the state stays the same if a change is rolled back', async () => {
    const { one, other } = shared;
    const before = await one.state();
    await run(other, "INSERT INTO setting (name, value) VALUES ('a', '1')", false);
    await expect(run(other, 'UPDATE absent SET x = 1')).rejects.toThrow();
    expect(await one.state()).toBe(before);
    await run(other, "INSERT INTO setting (name, value) VALUES ('a', '1')");
    expect(await one.state()).not.toBe(before);
  });

  test('an old state never returns, even if the database is restored and changed again', async () => {
    const { one, other } = shared;
    const change = (value: string) =>
      run(other, `INSERT INTO setting (name, value) VALUES ('a', '${value}')`);
    await change('1');
    const before = await one.state();
    await run(other, "DELETE FROM setting WHERE name = 'a'");
    // A backup from before the first change: its number will occur again.
    await other.transaction('changes', async (db) => ({
      value: await db.run('UPDATE whmapi1_store SET changes = changes - 3'),
      keep: true,
    }));
    await change('2');
    expect([(await one.state()).split(' ')[0], await one.state()]).toEqual([
      before.split(' ')[0],
      expect.not.stringMatching(before),
    ]);
  });

  test('a change that PostgreSQL has rolled back is never reported as saved', async () => {
    const work = shared.one.transaction('changes', async (db) => {
      await db.run("INSERT INTO setting (name, value) VALUES ('a', '1')");
      // If a statement fails, PostgreSQL rolls the whole transaction back.
      await db.run('UPDATE absent SET x = 1').catch(() => undefined);
      return { value: 'kept', keep: true };
    });
    await expect(work).rejects.toThrow('PostgreSQL rolled the transaction back');
    expect(await shared.one.transaction('reads', (db) => keeping(db.all('SELECT * FROM setting')))).toEqual(
      [],
    );
  });

  test('a statement after the end of its transaction does not become part of another one', async () => {
    const store = opened(shared.url, 1);
    const insert = "INSERT INTO setting (name, value) VALUES ('stray', '')";
    const late: Db[] = [];
    await store.transaction('changes', async (db, nested) => {
      await nested.transaction('changes', async (inner) => {
        late.push(inner);
        return { value: undefined, keep: true };
      });
      await expect(late[0]?.run(insert)).rejects.toThrow('after its transaction had ended');
      late.push(db);
      return { value: undefined, keep: true };
    });
    await store.transaction('changes', async (db) => {
      for (const stray of late)
        await expect(stray.run(insert)).rejects.toThrow('after its transaction had ended');
      return { value: await db.run("INSERT INTO setting (name, value) VALUES ('own', '')"), keep: true };
    });
    const rows = await store.transaction('reads', (db) => keeping(db.all('SELECT name FROM setting')));
    expect(rows).toEqual([{ name: 'own' }]);
  });

  test('a statement that is sent before the end is executed before it', async () => {
    const rows = await shared.one.transaction('changes', async (db) => {
      void db.run("INSERT INTO setting (name, value) VALUES ('early', '')");
      return { value: 1, keep: true };
    });
    expect(rows).toBe(1);
    expect(
      await shared.one.transaction('reads', (db) => keeping(db.all('SELECT name FROM setting'))),
    ).toEqual([{ name: 'early' }]);
  });

  test('of two simultaneous inner transactions, neither rolls back or commits the other’s changes', async () => {
    const { one } = shared;
    const insert = (name: string) => `INSERT INTO setting (name, value) VALUES ('${name}', '')`;
    const [a, b] = await one.transaction('changes', async (_db, nested) => {
      const inner = (name: string, keep: boolean, other?: Promise<unknown>) =>
        nested.transaction('changes', async (db) => {
          await db.run(insert(name));
          await other;
          return { value: undefined, keep };
        });
      const second = gate();
      const first = inner('a', false, second.opened);
      const other = inner('b', true).finally(second.open);
      return { value: await Promise.allSettled([first, other]), keep: false };
    });
    // The second started within the first, and ended with it.
    expect([a.status, b.status]).toEqual(['fulfilled', 'fulfilled']);
    const crossed = one.transaction('changes', async (_db, nested) => {
      const [hasBegun, hasEnded] = [gate(), gate()];
      const first = nested
        .transaction('changes', async (db) => {
          await db.run(insert('a'));
          await hasBegun.opened;
          return { value: undefined, keep: true };
        })
        .finally(hasEnded.open);
      const second = nested.transaction('changes', async (db) => {
        await db.run(insert('b'));
        hasBegun.open();
        await hasEnded.opened;
        return { value: undefined, keep: true };
      });
      return { value: await Promise.all([first, second]), keep: true };
    });
    // Savepoints cannot end crosswise. This is reported if it would have ended the wrong one.
    await expect(crossed).rejects.toThrow('savepoint "nested_2" does not exist');
  });

  test('a change that waits too long for another reports who holds the lock', async () => {
    const { one, url } = shared;
    const impatient = new PostgresStore(readAddress(url), 'web2', { connections: 1, lockPatienceMs: 100 });
    rest.push(() => impatient.close());
    const insert = () => run(impatient, "INSERT INTO setting (name, value) VALUES ('a', '1')");
    const refused = one.transaction('changes', async () => {
      await expect(insert()).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('pg_stat_activity shows who holds the lock') as string,
      });
      return { value: 'kept', keep: true };
    });
    expect(await refused).toBe('kept');
    // On the same connection.
    expect(await insert()).toBe(1);
  });

  test('waiting changes leave connections for reads, and are all executed', async () => {
    const { one, other } = shared;
    let waiting: Promise<number>[] = [];
    await other.transaction('changes', async () => {
      waiting = Array.from({ length: 12 }, (_, at) =>
        run(one, `INSERT INTO setting (name, value) VALUES ('${at}', '')`),
      );
      await new Promise((resume) => setTimeout(resume, 50));
      await one.state();
      await one.transaction('reads', (db) => keeping(db.all('SELECT * FROM setting')));
      return { value: undefined, keep: true };
    });
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 12 }, () => 1));
  });

  test('a call that gets no free connection does not report a network error', async () => {
    const { other, url } = shared;
    const options = { connections: 3, turnPatienceMs: 50 };
    const small = new PostgresStore(readAddress(url), 'web2', options);
    rest.push(() => small.close());
    await small.state();
    const refused = (which: string) => ({
      code: 'store_unavailable',
      message: expect.stringContaining(`${which} of this process were in use for too long. Retry`) as string,
    });
    let changes: Promise<number>[] = [];
    await other.transaction('changes', async () => {
      changes = ['a', 'b', 'c'].map((name) =>
        run(small, `INSERT INTO setting (name, value) VALUES ('${name}', '')`),
      );
      await expect(changes[2]).rejects.toMatchObject(refused('the connections for changes'));
      await small.transaction('reads', async () => {
        await expect(small.state()).rejects.toMatchObject(refused('all connections'));
        return { value: undefined, keep: false };
      });
      return { value: undefined, keep: true };
    });
    await Promise.all(changes.slice(0, 2));
    // A change that gave up takes no other’s turn.
    expect(await run(small, "INSERT INTO setting (name, value) VALUES ('d', '')")).toBe(1);
    await small.state();
  });
});

test('changes that wait for another server leave a connection for reads', async () => {
  const shared = two();
  rest.push(() => shared.remove());
  const { one, other } = shared;
  const waiting: Promise<number>[] = [];
  await other.transaction('changes', async () => {
    for (let at = 0; at < 20; at++) {
      waiting.push(run(one, `INSERT INTO setting (name, value) VALUES ('${at}', '')`));
    }
    // They wait until this one is over, and it need not wait for them.
    const rows = await one.transaction('reads', (db) => keeping(db.all('SELECT * FROM setting')));
    expect(rows).toEqual([]);
    expect(await one.state()).toMatch(/^\d+/);
    return { value: undefined, keep: false };
  });
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => 1));
});

test('a process that stops during a change makes others wait for less than their limit', async () => {
  const shared = two();
  rest.push(() => shared.remove());
  const { one } = shared;
  const patience = (effect: 'reads' | 'changes') =>
    one.transaction(effect, (db) => keeping(db.get('SHOW idle_in_transaction_session_timeout')));
  expect(await patience('changes')).toEqual({ idle_in_transaction_session_timeout: '12s' });
  expect(await patience('reads')).toEqual({ idle_in_transaction_session_timeout: '1min' });
});

test('turns are given in the order of arrival, also if one in between has given up', async () => {
  const turns = new Turns(1, 10_000, 'Busy.');
  const impatient = new Turns(1, 20, 'Busy.');
  const order: string[] = [];
  const visit = (name: string) => turns.taking(async () => void order.push(name));
  await turns.taking(async () => {
    const later = ['a', 'b', 'c'].map(visit);
    await impatient.taking(() =>
      expect(impatient.taking(async () => 0)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: 'Busy.',
      }),
    );
    expect(order).toEqual([]);
    rest.push(() => Promise.all(later));
  });
  await visit('d');
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  // A failed change also returns its turn.
  await expect(impatient.taking(() => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
  expect(await impatient.taking(async () => 'free')).toBe('free');
});

/** The others wait for it until it is opened. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => undefined as void;
  const opened = new Promise<void>((done) => (open = done));
  return { opened, open };
}

async function keeping<T>(value: Promise<T>): Promise<{ value: T; keep: boolean }> {
  return { value: await value, keep: false };
}

describe('the schema', () => {
  test('is created once by eight stores that open an empty database at the same moment', async () => {
    const name = await emptyDatabase();
    const stores = Array.from({ length: 8 }, () => opened(server.url(name), 1));
    const added = stores.map((store, at) =>
      store.transaction('changes', async (db) => ({
        value: await db.run('INSERT INTO setting (name, value) VALUES (?, ?)', `from ${at}`, ''),
        keep: true,
      })),
    );
    expect(await Promise.all(added)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(await server.query(name, 'SELECT id, schema_version, changes FROM whmapi1_store')).toEqual([
      { id: '1', schema_version: String(schemaVersion), changes: '8' },
    ]);
    // The same result as with only one.
    const alone = await emptyDatabase();
    await run(opened(server.url(alone), 1), "INSERT INTO setting (name, value) VALUES ('x', '')");
    const columns =
      "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2";
    expect(await server.query(name, columns)).toEqual(await server.query(alone, columns));
    expect(await server.query(name, 'SELECT name FROM package')).toEqual(
      await server.query(alone, 'SELECT name FROM package'),
    );
  });

  test('may take longer to create than calls wait', async () => {
    const name = await emptyDatabase();
    await server.query(name, setup);
    const patience = { lockPatienceMs: 100, answerPatienceMs: 3000 };
    const store = new PostgresStore(readAddress(server.url(name)), 'web1', { connections: 1, ...patience });
    rest.push(() => store.close());
    // Another server with a long step.
    const holder = new pg.Client({ connectionString: server.url(name) });
    await holder.connect();
    await holder.query('BEGIN; SELECT 1 FROM whmapi1_store FOR UPDATE');
    const done = store.transaction('reads', async (db) => keeping(db.all('SELECT * FROM setting')));
    await new Promise((resume) => setTimeout(resume, 3500));
    await holder.query('COMMIT');
    await holder.end();
    expect(await done).toEqual([]);
    // Calls no longer wait for that.
    const shown = await store.transaction('reads', async (db) => keeping(db.get('SHOW lock_timeout')));
    expect(shown).toEqual({ lock_timeout: '100ms' });
  });

  test('of a newer program is rejected, and nothing is changed', async () => {
    const name = await emptyDatabase();
    const here = installation(server.url(name));
    await here.call('twofactorauth_enable_policy');
    await server.query(name, `UPDATE whmapi1_store SET schema_version = ${schemaVersion + 1}`);
    const { metadata } = await installation(server.url(name)).call('twofactorauth_disable_policy');
    expect(metadata).toMatchObject({
      error_code: 'store_unavailable',
      reason:
        `The store “postgres://127.0.0.1:${server.port}/${name}” was written by a newer whmapi1 ` +
        `(its schema is ${schemaVersion + 1}, this program knows ${schemaVersion}). ` +
        'Update this program, or restore a dump of the database from before the upgrade (this program makes none). ' +
        'Nothing was changed.',
    });
  });
});

test('a schema that becomes newer while the program runs is also rejected', async () => {
  const name = await emptyDatabase();
  const store = opened(server.url(name));
  const insert = () => run(store, "INSERT INTO setting (name, value) VALUES ('a', '')");
  const look = () => store.transaction('reads', (db) => keeping(db.all('SELECT name FROM setting')));
  await store.state();
  await server.query(name, `UPDATE whmapi1_store SET schema_version = ${schemaVersion + 1}`);
  const refusal = {
    code: 'store_unavailable',
    message: expect.stringMatching(/ Update this program, .* Nothing was changed\.$/) as string,
  };
  for (const use of [insert, look, () => store.state()]) await expect(use()).rejects.toMatchObject(refusal);
  await server.query(name, `UPDATE whmapi1_store SET schema_version = ${schemaVersion}`);
  expect([await insert(), await look()]).toEqual([1, [{ name: 'a' }]]);
});

describe('if it cannot be used, the reason gives a solution', () => {
  const refusal = async (url: string) => {
    const { metadata } = await installation(url).call('twofactorauth_policy_status');
    expect(metadata.reason).not.toMatch(/Xylophone|Quagmire|Secret/);
    expect(metadata).toMatchObject({ result: 0, error_code: 'store_unavailable' });
    return metadata.reason;
  };
  const at = (name: string) => `The store “postgres://127.0.0.1:${server.port}/${name}” could not be used: `;

  test.each([
    'nonsense',
    'mysql://root:Secret@127.0.0.1/whmapi1',
    'postgres://root:Secret@127.0.0.1',
    'postgres://root:Secret@127.0.0.1/',
    'postgres://root:Sec/ret@127.0.0.1/whmapi1',
    // As a URL, this is the host “root”, the port 12 and the database “Secret@127.0.0.1/whmapi1”.
    'postgres://root:12/Secret@127.0.0.1/whmapi1',
    'postgres://root:12/Secret@whmapi1',
    'postgres://root:Secret@%zz/whmapi1',
    'postgres://root:Secret@127.0.0.1/%zz',
    'postgres://root:Secret100%@127.0.0.1/whmapi1',
  ])('%s', async (url) => {
    expect(await refusal(url)).toBe(
      'WHMAPI1_STORE_URL, or store.url in the state directory, should be the URL of a PostgreSQL database, such as ' +
        '“postgres://whmapi1@db.example.com/whmapi1”; in a password, write “@” and “/” as %40 and %2F, ' +
        'and “%” itself as %25.',
    );
  });

  test('a password behind the question mark', async () => {
    expect(await refusal('postgres://root@127.0.0.1/whmapi1?password=Secret')).toMatch(
      /^WHMAPI1_STORE_URL, or store\.url in the state directory, should not have a password after “\?”\. /,
    );
  });

  test('no such database', async () => {
    expect(await refusal(server.url('absent'))).toBe(
      `${at('absent')}there is no such database. Create it: ` +
        "CREATE DATABASE whmapi1 ENCODING 'UTF8' TEMPLATE template0. Nothing was changed.",
    );
  });

  test('nobody at the port', async () => {
    const proxy = await Proxy.start(server.port);
    await proxy.stop();
    expect(await refusal(server.url('postgres', { port: proxy.port }))).toBe(
      `The store “postgres://127.0.0.1:${proxy.port}/postgres” could not be used: the connection was refused. ` +
        'Start PostgreSQL, or correct WHMAPI1_STORE_URL. Nothing was changed.',
    );
  });

  test('a host without an address', async () => {
    expect(await refusal('postgres://root:Secret@absent.invalid/whmapi1')).toMatch(
      /^The store “postgres:\/\/absent\.invalid:5432\/whmapi1” could not be used: its host(name could not be resolved\. Check the nameservers of this server|name has no address\. Correct WHMAPI1_STORE_URL or the DNS record)\. Nothing was changed\.$/,
    );
  });

  test.each([
    ['a wrong password', 'guarded:Secret'],
    ['no password', 'guarded'],
    ['no such user', 'nobody_here:Secret'],
  ])('%s', async (_what, user) => {
    expect(await refusal(server.url('postgres', { user }))).toBe(
      `${at('postgres')}it refused the login. Check the user and the password (PGPASSWORD, or ~/.pgpass), and pg_hba.conf. Nothing was changed.`,
    );
  });

  test('the correct password is accepted, and so is that in PGPASSWORD', async () => {
    const name = await emptyDatabase();
    await server.query(name, 'ALTER SCHEMA public OWNER TO guarded');
    const url = server.url(name, { user: 'guarded:Xylophone%20Quagmire' });
    expect((await installation(url).call('twofactorauth_policy_status')).metadata.reason).toBe('OK');
    const env = {
      WHMAPI1_STORE_URL: server.url(name, { user: 'guarded' }),
      PGPASSWORD: 'Xylophone Quagmire',
    };
    const { state } = installation(url);
    expect((await call(['twofactorauth_policy_status'], { state, env })).metadata.reason).toBe('OK');
  });

  test('a user that cannot create tables', async () => {
    const name = await emptyDatabase();
    expect(await refusal(server.url(name, { user: 'bystander' }))).toBe(
      `${at(name)}its user lacks the permission. Make that user the owner of the database. Nothing was changed.`,
    );
  });

  test('read-only, empty or not', async () => {
    const name = await emptyDatabase();
    await server.query('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const reason = `${at(name)}it is read-only. Name the primary server in WHMAPI1_STORE_URL, not a replica. Nothing was changed.`;
    expect(await refusal(server.url(name))).toBe(reason);
    await server.query('postgres', `ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await installation(server.url(name)).call('twofactorauth_enable_policy');
    await server.query('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const { metadata } = await installation(server.url(name)).call('twofactorauth_disable_policy');
    expect(metadata.reason).toBe(reason);
  });

  test('accepts no more connections', async () => {
    const name = await emptyDatabase();
    const clients: pg.Client[] = [];
    rest.push(() => Promise.all(clients.map((client) => client.end())));
    const fill = async () => {
      const client = new pg.Client({ connectionString: server.url(name) });
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
    };
    await expect(
      (async () => {
        for (;;) await fill();
      })(),
    ).rejects.toMatchObject({ code: '53300' });
    expect(await refusal(server.url(name))).toBe(
      `${at(name)}it accepts no more connections. Raise max_connections, or close connections of other programs. Nothing was changed.`,
    );
  });

  test('a host that answers nothing', async () => {
    const proxy = await Proxy.start(server.port);
    rest.push(() => proxy.stop());
    proxy.fate = () => 'swallow';
    expect(await refusal(server.url('postgres', { port: proxy.port }))).toBe(
      `The store “postgres://127.0.0.1:${proxy.port}/postgres” could not be used: it does not answer. ` +
        'Check the network and the database. Nothing was changed.',
    );
  });
});

describe('TLS', () => {
  // Linux treats it as this machine, and the program as another one.
  const elsewhere = (name: string, more = '') => server.url(name, { host: '0.0.0.0' }) + more;
  const reasonOf = async (url: string) =>
    (await installation(url).call('twofactorauth_policy_status')).metadata.reason;

  test('is required for another machine, unless the URL says otherwise', async () => {
    const name = await emptyDatabase();
    expect(await reasonOf(elsewhere(name))).toBe(
      `The store “postgres://0.0.0.0:${server.port}/${name}” could not be used: it does not offer TLS. Enable TLS there, or, ` +
        'on a trusted network, use sslmode=disable in the URL. Nothing was changed.',
    );
    expect(await reasonOf(elsewhere(name, '?sslmode=disable'))).toBe('OK');
  });

  test.each([
    ['127.0.0.1', false],
    ['127.8.9.10', false],
    ['localhost', false],
    ['[::1]', false],
    ['%2Frun%2Fpostgresql', false],
    ['127.example.com', true],
    ['127.0.0.1.example.com', true],
    ['localhost.example.com', true],
    ['192.0.2.1', true],
    ['[2001:db8::1]', true],
  ])('of %s: %s', (host, isDemanded) => {
    const { url } = readAddress(`postgres://whmapi1@${host}/whmapi1`);
    expect(url.includes('sslmode=verify-full')).toBe(isDemanded);
  });

  const remote = { PGHOST: 'db.example.com', PGPORT: '6543' };
  test.each([
    ['postgres:///whmapi1', {}, 'localhost:5432', undefined],
    ['postgres:///whmapi1', remote, 'db.example.com:6543', 'verify-full'],
    ['postgres:///whmapi1?sslmode=disable', remote, 'db.example.com:6543', 'disable'],
    ['postgres:///whmapi1?host=', remote, 'db.example.com:6543', 'verify-full'],
    ['postgres:///whmapi1?host=/run/postgresql', remote, '/run/postgresql:6543', undefined],
    ['postgres://localhost/whmapi1', remote, 'localhost:6543', undefined],
    ['postgres://db.example.com/whmapi1?host=', {}, 'db.example.com:5432', 'verify-full'],
    ['postgres://db.example.com/whmapi1?sslmode=', {}, 'db.example.com:5432', 'verify-full'],
    ['postgres://localhost/whmapi1?host=db.example.com&port=1', {}, 'db.example.com:1', 'verify-full'],
    ['postgres:///whmapi1?host=localhost&host=db.example.com', {}, 'db.example.com:5432', 'verify-full'],
    ['postgres://db.example.com/whmapi1?sslmode=disable&sslmode=', {}, 'db.example.com:5432', 'verify-full'],
  ])('depends on the host that is used: %s with %j', (text, environment, name, mode) => {
    const before = process.env;
    process.env = { ...before, ...environment };
    try {
      const { url, name: shown } = readAddress(text);
      expect(shown).toBe(`postgres://${name}/whmapi1`);
      expect(new URL(url).searchParams.get('sslmode') ?? undefined).toBe(mode);
      // The driver’s interpretation of it.
      const { host, port, ssl } = new pg.Client({ connectionString: url });
      expect([`${host}:${port}`, ssl]).toEqual([name, mode === 'verify-full' ? {} : false]);
    } finally {
      process.env = before;
    }
  });

  test('accepts only a certificate with a known issuer and the right name', async () => {
    const secure = await PostgresServer.start();
    rest.push(() => secure.stop());
    const pair = (name: string) => {
      const [key, cert] = [join(installation().directory, 'key'), join(installation().directory, 'cert')];
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
          ...['-subj', '/CN=test', '-addext', `subjectAltName=${name}`, '-keyout', key, '-out', cert],
        ],
        { stdio: 'ignore' },
      );
      return { key, cert };
    };
    const use = async ({ key, cert }: { key: string; cert: string }) => {
      secure.write('data/server.key', readFileSync(key, 'utf8'));
      secure.write('data/server.crt', readFileSync(cert, 'utf8'));
      await secure.query('postgres', 'ALTER SYSTEM SET ssl = on');
      await secure.restart();
    };
    const url = `postgres://postgres@0.0.0.0:${secure.port}/postgres`;
    const at = `The store “postgres://0.0.0.0:${secure.port}/postgres” `;
    const right = pair('IP:0.0.0.0');
    await use(right);
    expect(await reasonOf(url)).toBe(
      `${at}has a certificate that is not trusted: it is self-signed. To trust it, name the CA certificate with sslrootcert=FILE in the URL. Nothing was changed.`,
    );
    expect(await reasonOf(`${url}?sslrootcert=${right.cert}`)).toBe('OK');
    const wrong = pair('DNS:other.example');
    await use(wrong);
    expect(await reasonOf(`${url}?sslrootcert=${wrong.cert}`)).toBe(
      `${at}has a certificate that is not trusted: it is for another name. Use a name that the certificate has. Nothing was changed.`,
    );
  });
});

test.each([
  [undefined, 'Web1', 'web1'],
  ['', 'web1.example.com', 'web1.example.com'],
  ['WEB2.example.com', 'web1', 'web2.example.com'],
])('a server is called %j on %s: %s', (given, hostname, name) => {
  expect(readServerName(given, () => hostname)).toBe(name);
});

test('invalid server names are rejected', () => {
  expect(() => readServerName('web 1', () => 'host')).toThrow(
    'WHMAPI1_SERVER_NAME, or the second line of store.url, should be the name of this server in the shared store, such as “web1.example.com”, not “web 1”.',
  );
});

describe('a transaction that PostgreSQL rolls back because of others', () => {
  /** The first `count` changes of a table fail like a conflict of transactions, at once or at the commit. */
  const clash = async (url: string, table: string, count: number, when: 'at once' | 'at the end') => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE SEQUENCE pristine.clashes;
 CREATE FUNCTION pristine.clash() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('pristine.clashes') <= ${count} THEN RAISE EXCEPTION 'clash' USING ERRCODE = '40001'; END IF;
        RETURN NEW;
      END $$;
      CREATE ${when === 'at once' ? 'TRIGGER' : 'CONSTRAINT TRIGGER'} clash AFTER INSERT OR UPDATE ON ${table}
        ${when === 'at once' ? '' : 'DEFERRABLE INITIALLY DEFERRED'} FOR EACH ROW EXECUTE FUNCTION pristine.clash()`);
    rest.push(async () => {
      await client.query('DROP FUNCTION pristine.clash CASCADE; DROP SEQUENCE pristine.clashes');
      await client.end();
    });
  };

  test.each(['at once', 'at the end'] as const)(
    'is run again, and returns its warnings once: %s',
    async (when) => {
      const here = installation();
      const url = here.environment.WHMAPI1_STORE_URL ?? '';
      await here.call('twofactorauth_policy_status');
      await clash(url, 'package', 3, when);
      const { metadata } = await here.call('editpkg', { name: 'silver', nonsense: '1' });
      expect(metadata).toMatchObject({ result: 1, reason: 'OK' });
      expect(metadata.output).toEqual({
        warnings: [
          '“editpkg” has no parameter “nonsense”. It was ignored.',
          'The package “silver” does not exist. The package “silver” was created.',
        ],
      });
      const { data } = await here.call('listpkgs');
      expect((data as { pkg: { name: string }[] }).pkg.map(({ name }) => name)).toContain('silver');
      const lines = await here.engine.store.transaction('reads', (db) =>
        keeping(db.all("SELECT function, result FROM audit_record WHERE function = 'editpkg'")),
      );
      expect(lines).toEqual([{ function: 'editpkg', result: 1 }]);
    },
  );
});

describe('through a network', () => {
  const through = async (here: Installation) => {
    const url = new URL(here.environment.WHMAPI1_STORE_URL ?? '');
    const proxy = await Proxy.start(Number(url.port));
    rest.push(() => proxy.stop());
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  };
  const issuerOf = async (here: Installation) => (await here.call('twofactorauth_get_issuer')).data?.issuer;

  test('if the response to COMMIT is lost, the outcome is reported as unknown', async () => {
    const here = installation();
    const { proxy, url } = await through(here);
    proxy.fate = (sent) => (asksFor('COMMIT')(sent) ? 'lose the answer' : 'pass on');
    const { status, metadata } = await call(['twofactorauth_set_issuer', 'issuer=Example'], {
      state: here.state,
      env: { WHMAPI1_STORE_URL: url },
    });
    expect(status).toBe(3);
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'unknown_outcome',
      reason:
        `The connection to the store “postgres://127.0.0.1:${proxy.port}${new URL(url).pathname}” was lost during the ` +
        'commit, so it is unknown whether the change was saved. Check before you retry the call.',
    });
    // Here the change was committed: the next one waits for it.
    await here.call('twofactorauth_enable_policy');
    expect(await issuerOf(here)).toBe('Example');
  });

  test('if the connection is lost before, the reason says that nothing was changed', async () => {
    const here = installation();
    const { proxy, url } = await through(here);
    const over = installation(url);
    expect(await issuerOf(over)).toBe('server.example.com');
    proxy.fate = (sent) => (sent.includes('INSERT INTO tfa_issuer') ? 'lose the answer' : 'pass on');
    const { metadata } = await over.call('twofactorauth_set_issuer', { issuer: 'Example' });
    expect(metadata).toMatchObject({
      error_code: 'store_unavailable',
      reason:
        `The store “postgres://127.0.0.1:${proxy.port}${new URL(url).pathname}” could not be used: the connection was ` +
        'lost. Check the network and the database. Nothing was changed.',
    });
    proxy.fate = () => 'pass on';
    expect(await issuerOf(over)).toBe('server.example.com');
  });

  test.each([
    ['a statement', 'INSERT INTO tfa_issuer', 'store_unavailable'],
    ['COMMIT', 'COMMIT\0', 'unknown_outcome'],
  ])('that stops responding after %s, a call does not wait for ever', async (_what, words, code) => {
    const here = installation();
    await here.call('twofactorauth_policy_status');
    const { proxy, url } = await through(here);
    const store = new PostgresStore(readAddress(url), 'web1', { connections: 2, answerPatienceMs: 300 });
    rest.push(() => store.close());
    proxy.fate = (sent) => (sent.includes(words) ? 'swallow' : 'pass on');
    const began = performance.now();
    const work = run(store, "INSERT INTO tfa_issuer (username, issuer) VALUES ('root', 'x')");
    await expect(work).rejects.toMatchObject({ code });
    // PostgreSQL itself would end the session later, if the network let it.
    expect(performance.now() - began).toBeLessThan(8_000);
    proxy.fate = () => 'pass on';
    // With a new connection. The old one’s transaction ends with it.
    await proxy.stop();
    rest.splice(rest.length - 2, 1);
    expect(await issuerOf(here)).toBe('server.example.com');
  });

  test('on which every packet takes 50 milliseconds, calls work as usual', async () => {
    const here = installation();
    const { proxy, url } = await through(here);
    proxy.delayMs = 50;
    const far = installation(url);
    expect((await far.call('twofactorauth_set_issuer', { issuer: 'Far' })).metadata.reason).toBe('OK');
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) => far.call('addpkg', { name })).concat(here.call('addpkg', { name: 'd' })),
    );
    expect(made.map(({ metadata }) => metadata.reason)).toEqual(['OK', 'OK', 'OK', 'OK']);
    const { data } = await far.call('listpkgs');
    expect((data as { pkg: { name: string }[] }).pkg.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'default',
      'starter',
    ]);
    const { status, metadata } = await call(['twofactorauth_get_issuer'], {
      state: here.state,
      env: { WHMAPI1_STORE_URL: url },
    });
    expect([status, metadata.reason]).toEqual([0, 'OK']);
    expect(await issuerOf(here)).toBe('Far');
  });
});
