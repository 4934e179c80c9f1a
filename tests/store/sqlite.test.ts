import { execFileSync } from 'node:child_process';
import fs, { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { restoreStore } from '../../src/administration/installation.ts';
import { verifyBackup } from '../../src/store/backup-file.ts';
import { Database } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations.generated.ts';
import { schemaVersion } from '../../src/store/schema-version.generated.ts';
import type { Db } from '../../src/core/context.ts';
import type { Store } from '../../src/core/engine.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { Installation } from '../support/installation.ts';
import { itKeepsItsPromises } from './db.contract.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation({ isEmpty: true });
});
afterEach(() => here.remove());

const issuer = async () => (await here.call('twofactorauth_get_issuer')).data?.issuer;
const pragma = (name: string) => {
  const database = new Database(join(here.state, 'store.db'), { readOnly: true });
  try {
    return database.pragma(name);
  } finally {
    database.close();
  }
};

describe.each([false, true])('in SQLite, with shared commits: %s', (gathers) => {
  itKeepsItsPromises(async () => {
    const { state } = here;
    const directory = new StateDirectory(state, process.geteuid?.() ?? 0);
    const [one, other] = [new SqliteStore(directory, { gathers }), new SqliteStore(directory)];
    return {
      one,
      other,
      remove: () => {
        one.close();
        other.close();
      },
    };
  });
});

it('creates no database for a function that needs none', async () => {
  await here.call('gethostname');
  expect(existsSync(join(here.state, 'store.db'))).toBe(false);
});

it('uses a write-ahead log, with the program’s schema', async () => {
  await here.call('twofactorauth_policy_status');
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('user_version')).toBe(schemaVersion);
  expect(migrations.at(-1)?.version).toBe(schemaVersion);
});

/** Every table and index as SQLite keeps it, and every row. */
const contents = () => {
  const database = new Database(join(here.state, 'store.db'), { readOnly: true });
  try {
    const objects = database
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name')
      .all() as { type: string; name: string }[];
    const tables = objects.filter(({ type }) => type === 'table');
    const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]);
    return { version: database.pragma('user_version'), objects, rows };
  } finally {
    database.close();
  }
};

it('gives a new store exactly what the migrations, one after the other, give an old one', async () => {
  await issuer();
  const created = contents();
  here.remove();
  here = new Installation({ isEmpty: true });
  const [first] = migrations;
  const path = join(here.state, 'store.db');
  fs.writeFileSync(path, '', { mode: 0o600 });
  const old = new Database(path);
  old.exec(`${first?.sql ?? ''}; PRAGMA user_version = 1`);
  old.close();
  expect((await here.call('twofactorauth_get_issuer')).metadata.reason).toBe('OK');
  expect(created.objects.length).toBeGreaterThan(100);
  expect(contents()).toEqual(created);
});

describe('a store of an earlier version', () => {
  const earlier = migrations.at(-2)?.version ?? 0;
  const copy = () => join(here.state, `store.schema-${earlier}.backup`);
  const open = () => new Database(join(here.state, 'store.db'));

  beforeEach(() => {
    fs.mkdirSync(here.state, { recursive: true, mode: 0o700 });
    fs.writeFileSync(join(here.state, 'store.db'), '', { mode: 0o600 });
    const old = open();
    for (const { version, sql } of migrations) if (version <= earlier) old.exec(sql);
    old.exec(
      `PRAGMA user_version = ${earlier}; INSERT INTO tfa_issuer (username, issuer) VALUES ('', 'before')`,
    );
    old.close();
  });

  it('is copied before it is upgraded, as a backup that --restore accepts', async () => {
    await here.call('twofactorauth_set_issuer', { issuer: 'after' });
    here.application.close();
    expect(fs.statSync(copy()).mode & 0o777).toBe(0o600);
    const { manifest } = await verifyBackup(copy(), 'the copy');
    expect(manifest).toMatchObject({ schema: earlier, store: 'sqlite', holdsKey: false });
    const kept = new Database(copy(), { readOnly: true });
    expect(kept.prepare('SELECT issuer FROM tfa_issuer').values()).toEqual(['before']);
    kept.close();
    // As the older program shows it.
    const newer = open();
    newer.pragma(`user_version = ${schemaVersion + 1}`);
    newer.close();
    const { reason } = (await here.call('twofactorauth_get_issuer')).metadata;
    expect(reason).toMatch(/was written by a newer whmapi1 .* restore the copy from before the upgrade/);
    expect(reason).toContain(`whmapi1 --restore '${copy()}' --force;`);
    await restoreStore(here.environment, copy(), { force: true, dryRun: false });
    const back = open();
    const issuers = back.prepare('SELECT issuer FROM tfa_issuer').values();
    expect([back.pragma('user_version'), issuers]).toEqual([earlier, ['before']]);
    back.close();
  });

  it('keeps the copies of the last two upgrades', async () => {
    for (const schema of [3, 4]) fs.writeFileSync(join(here.state, `store.schema-${schema}.backup`), '');
    await issuer();
    const copies = fs.readdirSync(here.state).filter((name) => name.startsWith('store.schema-'));
    expect(copies.sort()).toEqual(['store.schema-4.backup', `store.schema-${earlier}.backup`].sort());
  });

  it('is not upgraded without a copy, and a copy without an upgrade is removed', async () => {
    // Where the copy should be is a folder.
    fs.mkdirSync(copy());
    const refused = (await here.call('twofactorauth_get_issuer')).metadata;
    expect(refused).toMatchObject({
      error_code: 'store_unavailable',
      reason: expect.stringContaining(`“${copy()}” could not be used: it is a directory`) as string,
    });
    expect(pragma('user_version')).toBe(earlier);
    fs.rmdirSync(copy());
    // The last step fails, because its table is there.
    const [, table = ''] = /CREATE TABLE (\w+)/.exec(migrations.at(-1)?.sql ?? '') ?? [];
    const old = open();
    if (table === '') throw new Error('The last migration creates no table: use another one.');
    old.exec(`CREATE TABLE ${table} (x)`);
    old.close();
    expect((await here.call('twofactorauth_get_issuer')).metadata.result).toBe(0);
    expect([existsSync(copy()), existsSync(`${copy()}.new`), pragma('user_version')]).toEqual([
      false,
      false,
      earlier,
    ]);
  });
});

it.each([
  [false, 0, 1000],
  [true, 1000, 4000],
])('copies its write-ahead log at a length, with shared commits: %s', async (gathers, above, below) => {
  const store = new SqliteStore(new StateDirectory(here.state, process.geteuid?.() ?? 0), { gathers });
  const frame = 4096 + 24;
  const [size, most] = [Math.floor(frame * 200), 30];
  const lengths: number[] = [];
  try {
    for (let number = 0; number < most; number++) {
      await store.transaction('changes', async (db) => {
        await db.run(
          'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?)',
          `u${number}`,
          'x'.repeat(size),
        );
        return { value: undefined, keep: true };
      });
      lengths.push(fs.statSync(join(here.state, 'store.db-wal')).size / frame);
    }
  } finally {
    store.close();
  }
  expect(Math.max(...lengths)).toBeGreaterThan(above);
  // The commit that reaches the length is written before.
  expect(Math.max(...lengths)).toBeLessThan(below + 2 * (size / 4096));
});

it('keeps the write-ahead log when a list was read that a transaction left, until the store is closed', async () => {
  const log = join(here.state, 'store.db-wal');
  const store = new SqliteStore(new StateDirectory(here.state, process.geteuid?.() ?? 0), { gathers: true });
  const issuers = 'SELECT count(*) AS count FROM tfa_issuer';
  try {
    await store.transaction('changes', async (db) => {
      await db.run("INSERT INTO tfa_issuer (username, issuer) VALUES ('u', 'x')");
      return { value: undefined, keep: true };
    });
    const [read, other] = await Promise.all(
      [1, 2].map(() =>
        store.transaction('reads', (db) => Promise.resolve({ value: db.keepReading?.(), keep: true })),
      ),
    );
    expect(read?.get(issuers)).toEqual({ count: 1 });
    read?.close();
    other?.close();
    expect(existsSync(log)).toBe(true);
    const left = await store.transaction('reads', (db) =>
      Promise.resolve({ value: db.keepReading?.(), keep: true }),
    );
    store.close();
    expect(existsSync(log)).toBe(false);
    // A response may end after its server has begun to stop.
    left?.close();
    expect(existsSync(log)).toBe(false);
  } finally {
    store.close();
  }
});

it('runs the transactions of one process one after the other', async () => {
  const order: string[] = [];
  const work = (name: string) =>
    here.engine.store.transaction('changes', async () => {
      order.push(`${name} begins`);
      await new Promise((resume) => setTimeout(resume, 5));
      order.push(`${name} ends`);
      return { value: undefined, keep: true };
    });
  await Promise.all([work('first'), work('second')]);
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

it('has no known state while one of its transactions is open', async () => {
  const { application } = here;
  const state = () => application.storeState();
  await issuer();
  const before = await state();
  expect(await state()).toBe(before);
  const within = await here.engine.store.transaction('reads', async () => ({
    value: [await state(), await state()],
    keep: false,
  }));
  expect(new Set([before, ...within]).size).toBe(3);
});

// Node runs these after it has checked for input, and before it checks again.
it.each([
  ['an immediate', (work: () => void) => setImmediate(work)],
  ['a timer', (work: () => void) => setTimeout(work, 1)],
])('has another state after a change by another process, requested before in %s', async (_what, ask) => {
  const { application } = here;
  await issuer();
  const database = new Database(join(here.state, 'store.db'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [asker] = (await once(server, 'connection')) as [Socket];
  try {
    const before = new Promise<string>((done) => {
      ask(() => {
        // The database is open, so this continues within the same callback.
        void application.storeState().then((state) => {
          done(state);
          database.exec(`INSERT INTO setting VALUES ('x', '')`);
          client.write('The change is made.');
        });
      });
    });
    const after = new Promise<string>((done) => {
      asker.once('data', () => done(application.storeState()));
    });
    expect(await after).not.toBe(await before);
  } finally {
    client.destroy();
    asker.destroy();
    server.close();
    database.close();
  }
});

it('rejects, rather than throws, if a statement is wrong', async () => {
  const work = here.engine.store.transaction('reads', async (db) => {
    const wrong = db.all('SELECT * FROM absent');
    await expect(wrong).rejects.toMatchObject({ message: 'no such table: absent' });
    return { value: 'went on', keep: false };
  });
  expect(await work).toBe('went on');
});

it('is not misled by a key that another process created just after this one looked at the database', async () => {
  const input = JSON.stringify({ bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } });
  const look = jest.spyOn(fs, 'existsSync').mockImplementationOnce(() => {
    execFileSync('bin/whmapi1', ['--input=json', 'twofactorauth_set_tfa_config_for_user'], {
      input,
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: here.state },
    });
    return true;
  });
  expect(await issuer()).toBe('server.example.com');
  expect(look).toHaveBeenCalledTimes(1);
  look.mockRestore();
});

it('opens the database once for all simultaneous callers', async () => {
  const { application } = here;
  await Promise.all([
    application.storeState(),
    application.storeState(),
    here.call('twofactorauth_policy_status'),
    application.storeState(),
  ]);
  const open = fs
    .readdirSync('/proc/self/fd')
    .map((descriptor) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'utf8' });
      } catch {
        // The descriptor of the listing itself.
        return '';
      }
    })
    .filter((path) => path === join(here.state, 'store.db'));
  expect(open).toHaveLength(1);
});

describe('changes that are requested at the same time in a server', () => {
  let store: SqliteStore;
  let reader: SqliteStore;
  let commits: number;
  let discarded: number;
  /** The numbers of commits that fail. */
  let broken: number[];
  const open = (groupMs: number) => {
    const directory = new StateDirectory(here.state, process.geteuid?.() ?? 0);
    [commits, discarded, broken] = [0, 0, []];
    store = new SqliteStore(directory, {
      gathers: true,
      groupMs,
      log: {
        flush: async () => {
          commits += 1;
          if (broken.includes(commits)) throw new RangeError(`commit ${commits}`);
        },
        discard: () => {
          discarded += 1;
        },
      },
    });
    reader = new SqliteStore(directory);
  };
  beforeEach(() => open(60_000));
  afterEach(() => {
    store.close();
    reader.close();
  });

  const insert = 'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?)';
  interface Adding {
    readonly keep?: boolean;
    readonly sql?: string;
    readonly pauseMs?: number;
    /** Is called inside the transaction, after the row is inserted. */
    readonly inserted?: () => void;
  }
  const add = (name: string, { keep = true, sql = insert, pauseMs = 0, inserted }: Adding = {}) =>
    store.transaction('changes', async (db) => {
      await db.run(sql, name, '');
      inserted?.();
      if (pauseMs > 0) await new Promise((resume) => setTimeout(resume, pauseMs));
      return { value: name, keep };
    });
  const fail = (): never => {
    throw new RangeError('failed');
  };
  const names = (from = reader) =>
    from.transaction('reads', async (db) => ({
      value: (await db.all<{ username: string }>('SELECT username FROM tfa_issuer ORDER BY username')).map(
        ({ username }) => username,
      ),
      keep: false,
    }));

  it('share a commit, and are not reported before it', async () => {
    const seen: unknown[] = [];
    const all = ['a', 'b', 'c'].map((name) =>
      add(name, { pauseMs: 1 }).then((value) => seen.push([value, commits])),
    );
    await Promise.all(all);
    expect(seen).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  /** Requests changes, one in each turn of the event loop. Returns after how many commits each was reported. */
  const addInTurns = async (requested: readonly string[]) => {
    const reported: Promise<number>[] = [];
    for (const name of requested) {
      reported.push(add(name).then(() => commits));
      await new Promise((resume) => setImmediate(resume));
    }
    return Promise.all(reported);
  };

  it('share a commit also if each turn of the event loop brings one, as with new connections', async () => {
    await add('a');
    expect(await addInTurns(['b', 'c', 'd'])).toEqual([2, 2, 2]);
  });

  it('wait for each other only for a time', async () => {
    store.close();
    reader.close();
    open(0);
    const [first = Infinity, , last = 0] = await addInTurns(['a', 'b', 'c']);
    expect(first).toBeLessThan(last);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('each have their own outcome', async () => {
    await add('a');
    const outcomes = await Promise.allSettled([add('b'), add('a'), add('c', { keep: false }), add('d')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b', 'd']);
    expect(commits).toBe(2);
  });

  it('run once if one fails before it has written something', async () => {
    await add('a');
    let runs = 0;
    const outcomes = await Promise.allSettled([
      add('b', { inserted: () => (runs += 1) }),
      add('a'),
      add('a', { sql: `${insert} ON CONFLICT DO NOTHING`, keep: false }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([runs, discarded]).toEqual([1, 0]);
  });

  it.each([
    { how: 'is not kept', undone: () => add('b', { keep: false }) },
    { how: 'fails', undone: () => add('b', { inserted: fail }) },
    {
      how: 'fails after a statement that writes and returns rows',
      undone: () =>
        store.transaction('changes', async (db) => {
          await db.get(`${insert} RETURNING username`, 'b', '');
          return fail();
        }),
    },
  ])('run once if one of them $how after it wrote', async ({ undone }) => {
    let runs = 0;
    const counted = { inserted: () => (runs += 1) };
    const [first, , third] = await Promise.allSettled([add('a', counted), undone(), add('c', counted)]);
    expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled']);
    expect([runs, discarded, commits]).toEqual([2, 0, 1]);
    expect(await names()).toEqual(['a', 'c']);
  });

  it('need no other run if a savepoint of one of them is rolled back', async () => {
    let runs = 0;
    const all = [
      add('a', { inserted: () => (runs += 1) }),
      store.transaction('changes', async (_db, nested) => {
        const value = await nested.transaction('changes', async (db) => ({
          value: await db.run(insert, 'b', ''),
          keep: false,
        }));
        return { value, keep: false };
      }),
    ];
    expect(await Promise.all(all)).toEqual(['a', 1]);
    expect([runs, discarded]).toEqual([1, 0]);
    expect(await names()).toEqual(['a']);
  });

  it('run one by one if SQLite rolls all of them back because of one', async () => {
    await add('a');
    const hostile = { sql: insert.replace('INSERT', 'INSERT OR ROLLBACK') };
    const outcomes = await Promise.allSettled([add('b'), add('a', hostile), add('c')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('run one by one if the shared commit fails, and each has its own outcome', async () => {
    broken = [1, 3];
    const outcomes = await Promise.allSettled([add('a'), add('b'), add('c')]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: new RangeError('commit 3') },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(await names()).toEqual(['a', 'c']);
  });

  it('do not wait for many slow ones', async () => {
    store.close();
    reader.close();
    open(1);
    const all = ['a', 'b', 'c'].map((name) => add(name, { pauseMs: 10 }).then(() => commits));
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  it('leave reads of the same process in turn: a read sees what is committed', async () => {
    let first: Promise<string> | undefined;
    await new Promise<void>((inserted) => {
      first = add('a', { pauseMs: 5, inserted });
    });
    const read = names(store).then((value) => [value, commits]);
    expect(await read).toEqual([['a'], 1]);
    await first;
  });
});

describe('a test of texts that SQL calls', () => {
  const texts = `SELECT value AS text FROM json_each('["anna", "bob", "carol"]')`;
  const passing = async (db: Db, ...tests: number[]) => {
    const where = tests.map(() => 'passes_test(?, text)').join(' AND ');
    const rows = await db.all<{ text: string }>(`SELECT text FROM (${texts}) WHERE ${where}`, ...tests);
    return rows.map(({ text }) => text);
  };
  const read = <T>(work: (db: Db, nested: Store) => Promise<T>) =>
    here.engine.store.transaction('reads', async (db, nested) => ({
      value: await work(db, nested),
      keep: true,
    }));
  const add = (db: Db, test: (text: string) => boolean) => {
    if (db.addTest === undefined) throw new Error('SQLite calls tests.');
    return db.addTest(test);
  };

  it('exists as long as its transaction, beside others', async () => {
    const ended = await read(async (db, nested) => {
      const withO = add(db, (text) => text.includes('o'));
      const withA = add(db, (text) => text.includes('a'));
      expect(await passing(db, withO)).toEqual(['bob', 'carol']);
      expect(await passing(db, withA, withO)).toEqual(['carol']);
      const inner = await nested.transaction('reads', async (within) => {
        const short = add(within, (text) => text.length < 4);
        expect(await passing(within, short, withO)).toEqual(['bob']);
        return { value: short, keep: true };
      });
      await expect(passing(db, inner)).rejects.toThrow('has ended');
      expect(await passing(db, withA)).toEqual(['anna', 'carol']);
      return withA;
    });
    await expect(read((db) => passing(db, ended))).rejects.toThrow('has ended');
  });

  it('exists as long as a reading that its transaction leaves', async () => {
    const [reading, test] = await read((db) => {
      const withO = add(db, (text) => text.includes('o'));
      return Promise.resolve([db.keepReading?.(), withO] as const);
    });
    const sql = `SELECT count(*) AS count FROM (${texts}) WHERE passes_test(?, text)`;
    expect(reading?.get(sql, test)).toEqual({ count: 2 });
    // By its text: SQLite's errors can be of another suite that ran in the same process.
    await expect(read((db) => passing(db, test))).rejects.toMatchObject({
      message: 'no such function: passes_test',
    });
    expect(reading?.get(sql, test)).toEqual({ count: 2 });
    reading?.close();
  });
});

it('flushes the audit lines of changes that share a commit together', async () => {
  here.remove();
  here = new Installation({ livesLong: true });
  const set = (name: string) => here.call('twofactorauth_set_issuer', { issuer: name });
  await set('first');
  const flush = jest.spyOn(fs, 'fdatasyncSync');
  try {
    const calls = ['a', 'b', 'c', 'd'].map(set);
    const { metadata } = await here.call('twofactorauth_set_issuer', { issuer: 'not: possible' });
    expect(metadata.result).toBe(0);
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => answer.metadata.result)).toEqual([1, 1, 1, 1]);
    // On a busy machine, they may need more than one commit.
    expect(flush.mock.calls.length).toBeLessThan(4);
    flush.mockClear();
    await set('last');
    expect(flush).toHaveBeenCalledTimes(1);
  } finally {
    flush.mockRestore();
  }
  const lines = fs.readFileSync(join(here.state, 'audit.log'), 'utf8').trim().split('\n');
  const results = lines.map((line) => JSON.parse(line) as { function: string; result: number });
  expect(
    results.filter((one) => one.function === 'twofactorauth_set_issuer' && one.result === 1),
  ).toHaveLength(6);
});
