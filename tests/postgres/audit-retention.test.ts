// Old lines of the audit table are deleted as new ones are added, and no other lines.
import type { AuditRecord } from '../../src/core/audit.ts';
import { readAddress, readAuditDays } from '../../src/store/postgres/address.ts';
import { PostgresStore } from '../../src/store/postgres/store.ts';
import { call } from '../support/command.ts';
import { Installation } from '../support/installation.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const DAY = 24 * 60 * 60 * 1000;
const SIX_HUNDRED = 600;

let database: TestDatabase;
const stores: PostgresStore[] = [];
beforeEach(() => {
  const made = makeTestDatabase();
  if (made === undefined) throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  database = made;
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  database.remove();
});

function opened(auditDays: number | undefined, name = 'web1'): PostgresStore {
  const store = new PostgresStore(readAddress(database.url), name, { connections: 3, auditDays });
  stores.push(store);
  return store;
}

function line(age = 0): AuditRecord {
  const what = { xid: 'xid123', caller: 'stranger', function: 'login', arguments: [] };
  return { time: Date.now() - age, ...what, result: 0, duration_ms: 0 };
}

/** Adds this many lines with one time, without the lines that the program would write. */
async function fill(store: PostgresStore, count: number, age: number): Promise<void> {
  await store.transaction('changes', async (db) => ({
    value: await db.run(
      `INSERT INTO audit_record (id, time, server, xid, caller, function, result, line)
       SELECT -1 - n - ${age / DAY} * 100000, ${Date.now() - age} + n, 'web9', '', '', 'old', 0, '{}' FROM generate_series(1, ${count}) n`,
    ),
    keep: true,
  }));
}

async function count(store: PostgresStore, where = "function = 'old'"): Promise<number> {
  return store.transaction('reads', async (db) => {
    const row = await db.get<{ count: number }>(`SELECT COUNT(*) AS count FROM audit_record WHERE ${where}`);
    return { value: row?.count ?? NaN, keep: false };
  });
}

/** Waits for the deletion, because no call waits for it. */
async function expectSoon(look: () => Promise<number>, wanted: number): Promise<void> {
  for (let tries = 0; tries < 3000 && (await look()) !== wanted; tries++) {
    await new Promise((resume) => setTimeout(resume, 20));
  }
  expect(await look()).toBe(wanted);
}

async function write(store: PostgresStore, lines: number): Promise<void> {
  await Promise.all(Array.from({ length: lines }, () => store.audit(line(), undefined)));
}

test('after a hundred lines, the five hundred oldest lines are deleted, and none of the newest days', async () => {
  const store = opened(400);
  await fill(store, SIX_HUNDRED, 401 * DAY);
  await fill(store, 10, 500 * DAY);
  await fill(store, 50, 399 * DAY);
  await write(store, 99);
  expect(await count(store)).toBe(SIX_HUNDRED + 60);
  await write(store, 1);
  await expectSoon(() => count(store), SIX_HUNDRED + 60 - 500);
  expect(await count(store, `time < ${Date.now() - 499 * DAY}`)).toBe(0);
  await write(store, 100);
  await expectSoon(() => count(store), 50);
  expect(await count(store, "function = 'login'")).toBe(200);
});

test('several servers do it at the same time', async () => {
  const all = ['web1', 'web2', 'web3'].map((name) => opened(400, name));
  const [store] = all as [PostgresStore];
  await fill(store, 2_000, 450 * DAY);
  // Servers that delete at the same moment meet the same old lines, so it may take them more turns.
  let turns = 0;
  do await Promise.all(all.map((one) => write(one, 100)));
  while (++turns < 200 && (await count(store)) > 0);
  expect(await count(store)).toBe(0);
  expect(await count(store, "function = 'login'")).toBe(turns * 300);
});

test('all lines are kept if the setting says for ever', async () => {
  const store = opened(undefined);
  await fill(store, 10, 5_000 * DAY);
  await write(store, 200);
  await new Promise((resume) => setTimeout(resume, 200));
  expect(await count(store)).toBe(10);
});

test('no line waits for the deletion, and if it fails, another line does it', async () => {
  const store = opened(400);
  await fill(store, 10, 450 * DAY);
  const other = opened(undefined, 'web2');
  await other.transaction('changes', async (db) => {
    // Somebody reads them for a long time.
    await db.all("SELECT id FROM audit_record WHERE function = 'old' FOR UPDATE");
    await write(store, 150);
    return { value: undefined, keep: false };
  });
  await write(store, 100);
  await expectSoon(() => count(store), 0);
});

test('a command also does it, before it ends', async () => {
  const here = new Installation({ url: database.url, server: 'web1' });
  try {
    const store = opened(undefined, 'web2');
    await fill(store, 10, 31 * DAY);
    await write(store, 99);
    const options = { state: here.state, env: { ...here.environment, WHMAPI1_AUDIT_DAYS: '30' } };
    expect((await call(['version'], options)).metadata.result).toBe(1);
    expect(await count(store)).toBe(0);
  } finally {
    here.remove();
  }
});

test.each([
  [undefined, 400],
  ['', 400],
  ['30', 30],
  ['0', undefined],
])('%j means %j days', (given, days) => {
  expect(readAuditDays(given)).toBe(days);
});

test.each(['29', '-1', '1e3', 'ever', '400 days'])('%j is rejected', (given) => {
  expect(() => readAuditDays(given)).toThrow(/30 or more, or 0 to keep them forever/);
});
