// The disk usage of accounts counts their databases, on real servers.
import type { Hash } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { servePostgresql } from '../support/served-postgresql.ts';
import { until } from '../support/until.ts';

const password = 'correct horse battery staple 7';
const MIB = 1024;

let here: Installation;
let mariadb: PrivateMariadb;
let remote: PrivateMariadb;
let postgres: PrivatePostgresql;

beforeAll(async () => {
  mariadb = await PrivateMariadb.start();
  remote = await PrivateMariadb.start({ hasNetwork: true });
  postgres = await PrivatePostgresql.start();
  here = new Installation();
  serveMariadb(here.state, mariadb);
  servePostgresql(here.state, postgres);
  for (const username of ['bob', 'eve', 'carol']) await createAccount(username);
});
afterAll(async () => {
  await mariadb.stop();
  await remote.stop();
  await postgres.stop();
  here.remove();
});

async function succeed(command: string, args: Record<string, string> = {}) {
  const envelope = await here.call(command, args);
  expect([command, envelope.metadata]).toMatchObject([command, { result: 1 }]);
  return envelope;
}
const createAccount = (username: string) =>
  succeed('createacct', { username, domain: `${username}.example`, password });
const uapi = async (user: string, name: string, args: Record<string, string> = {}) => {
  const { status, errors, warnings, data } = await here.uapi(user, name, args);
  expect([name, status, errors]).toEqual([name, 1, null]);
  return { data, warnings };
};
/** Tables with so many rows of 1000 bytes. */
const filled = (database: string, rows: number) =>
  `USE ${database}; CREATE TABLE t (x TEXT);
   INSERT INTO ${database}.t SELECT REPEAT('x', 1000) FROM seq_1_to_${rows}; ANALYZE TABLE ${database}.t`;

async function measured(): Promise<{ blocks: Record<string, number>; warnings: readonly string[] }> {
  const { data, metadata } = await succeed('get_disk_usage', { cache_mode: 'off' });
  const rows = data?.accounts as { user: string; blocks_used: number }[];
  return {
    blocks: Object.fromEntries(rows.map((row) => [row.user, row.blocks_used])),
    warnings: metadata.output?.warnings ?? [],
  };
}
const summary = async (user: string) => {
  const { data, metadata } = await succeed('accountsummary', { user });
  const [row] = data?.acct as { diskused: string }[];
  return { mebibytes: parseInt(row?.diskused ?? ''), warnings: metadata.output?.warnings };
};

test('databases on MariaDB and PostgreSQL count for the account that has them', async () => {
  const { blocks: before } = await measured();
  expect(Object.values(before).every((blocks) => blocks < MIB)).toBe(true);

  await uapi('bob', 'Mysql::create_database', { name: 'bob_shop' });
  mariadb.query(filled('bob_shop', 6000));
  expect((await measured()).blocks.bob).toBeGreaterThan((before.bob ?? 0) + 6 * MIB);

  await uapi('bob', 'Postgresql::create_database', { name: 'bob_wiki' });
  // Made by hand.
  mariadb.query(`CREATE DATABASE eve_hand; ${filled('eve_hand', 3000)}`);
  const { blocks: after, warnings } = await measured();
  expect(warnings).toEqual([]);
  // An empty database of PostgreSQL has 7 MB.
  expect(after.bob).toBeGreaterThan((before.bob ?? 0) + 12 * MIB);
  expect(after.eve).toBeGreaterThan((before.eve ?? 0) + 3 * MIB);
  expect(after.eve).toBeLessThan((before.eve ?? 0) + 6 * MIB);
  expect(after.carol).toBe(before.carol);
});

test('every function that tells the disk usage tells the same', async () => {
  const blocks = (await measured()).blocks.bob ?? 0;
  const mebibytes = blocks / MIB;
  expect((await summary('bob')).mebibytes).toBe(Math.ceil(mebibytes));
  const { data: listed } = await succeed('listaccts', { want: 'user,diskused' });
  expect(listed?.acct).toContainEqual({ user: 'bob', diskused: `${Math.ceil(mebibytes)}M` });
  const { data: reseller } = await succeed('resellerstats', { user: 'root' });
  const { acct } = reseller?.reseller as { acct: Hash[] };
  expect(acct.find(({ user }) => user === 'bob')?.diskused).toBe(mebibytes.toFixed(2));

  const bytes = blocks * 1024;
  expect((await uapi('bob', 'Quota::get_local_quota_info')).data).toMatchObject({ bytes_used: bytes });
  expect((await uapi('bob', 'Quota::get_quota_info')).data).toMatchObject({
    megabytes_used: Number(mebibytes.toFixed(2)),
  });
  expect((await uapi('bob', 'ResourceUsage::get_usages')).data).toContainEqual(
    expect.objectContaining({ id: 'disk_usage', usage: bytes }),
  );
  expect((await uapi('bob', 'StatsBar::get_stats', { display: 'diskusage' })).data).toMatchObject([
    { _count: mebibytes.toFixed(2) },
  ]);
});

const spaces = async (user: string, display: string) => {
  const { data, warnings } = await uapi(user, 'StatsBar::get_stats', { display });
  const rows = data as { id: string; _count: string; units: string; max: string }[];
  expect(rows.every(({ units, max }) => units === 'MB' && max === 'unlimited')).toBe(true);
  return { mebibytes: Object.fromEntries(rows.map((row) => [row.id, Number(row._count)])), warnings };
};
const NOW = 'mysqldiskusage|postgresdiskusage';
const BEFORE = 'cachedmysqldiskusage|cachedpostgresdiskusage';

test('StatsBar::get_stats shows the space of databases, as it is now and as it was measured last', async () => {
  await measured();
  const { mebibytes: now, warnings } = await spaces('bob', `${NOW}|${BEFORE}`);
  expect(warnings).toBeNull();
  expect(now.mysqldiskusage).toBeGreaterThan(6);
  expect(now.postgresdiskusage).toBeGreaterThan(6);
  const { mebibytes } = await summary('bob');
  expect(mebibytes).toBeGreaterThan((now.mysqldiskusage ?? 0) + (now.postgresdiskusage ?? 0));
  expect(now.cachedmysqldiskusage).toBe(now.mysqldiskusage);
  mariadb.query(`CREATE DATABASE bob_more; ${filled('bob_more', 2000)}`);
  const { mebibytes: later } = await spaces('bob', `${NOW}|${BEFORE}`);
  expect(later.mysqldiskusage).toBeGreaterThan((now.mysqldiskusage ?? 0) + 1);
  expect(later.cachedmysqldiskusage).toBe(now.cachedmysqldiskusage);
  // Nothing was measured yet.
  await createAccount('dave');
  await uapi('dave', 'Postgresql::create_database', { name: 'dave_wiki' });
  expect((await spaces('dave', 'cachedpostgresdiskusage')).mebibytes.cachedpostgresdiskusage).toBeGreaterThan(
    6,
  );
  // The server of one kind is stopped.
  await mariadb.halt();
  const down = await spaces('bob', NOW);
  await mariadb.resume();
  expect(down.mebibytes.mysqldiskusage).toBe(now.mysqldiskusage);
  expect(down.warnings).toEqual([
    expect.stringContaining('The disk usage of the MariaDB databases is the last measured value: '),
  ]);
  mariadb.query('DROP DATABASE bob_more');
});

test('a server is asked as often for few accounts as for many', async () => {
  const statements = () => Number(mariadb.query("SHOW GLOBAL STATUS LIKE 'Questions'")[0]?.[1]);
  const sessions = () => mariadb.query("SHOW STATUS LIKE 'Threads_connected'")[0]?.[1];
  const asked = async () => {
    // A connection that an earlier call has left open would save questions.
    await until(() => sessions() === '1', 'the end of other sessions');
    const before = statements();
    await measured();
    return statements() - before;
  };
  const few = await asked();
  for (let count = 0; count < 24; count += 1) await createAccount(`user${String.fromCharCode(97 + count)}x`);
  expect(await asked()).toBe(few);
});

test('databases on another server count for the account that uses it', async () => {
  remote.query(`
    CREATE USER whm@localhost IDENTIFIED BY 'right'; GRANT ALL PRIVILEGES ON *.* TO whm@localhost WITH GRANT OPTION;
    CREATE DATABASE bob_stray; ${filled('bob_stray', 20_000)}`);
  await succeed('remote_mysql_create_profile', {
    ...{ name: 'db2', mysql_host: '127.0.0.1', mysql_port: String(remote.port) },
    ...{ mysql_user: 'whm', mysql_pass: 'right' },
  });
  const { blocks: before } = await measured();
  const store = here.engine.store;
  await store.transaction('changes', async (db) => {
    await db.run(
      `INSERT INTO database (server, engine, name, owner, profile, created_at) VALUES (?, 'mysql', 'carol_far', 'carol', 'db2', 0)`,
      db.server,
    );
    return { value: undefined, keep: true };
  });
  remote.query(`CREATE DATABASE carol_far; ${filled('carol_far', 4000)}`);
  const { blocks: after, warnings } = await measured();
  expect(warnings).toEqual([]);
  expect(after.carol).toBeGreaterThan((before.carol ?? 0) + 4 * MIB);
  // It uses the server of this machine.
  expect(after.bob).toBe(before.bob);
  expect((await summary('carol')).mebibytes).toBe(Math.ceil((after.carol ?? 0) / MIB));

  await remote.halt();
  const { blocks: down, warnings: reasons } = await measured();
  expect(down).toEqual(after);
  expect(reasons).toEqual([
    expect.stringContaining(
      `The disk usage of the MariaDB databases on 127.0.0.1:${remote.port} is the last measured value: `,
    ),
  ]);
});

test('a stopped server is a warning, and its databases count as last measured', async () => {
  const { blocks: before } = await measured();
  await mariadb.halt();
  const { blocks, warnings } = await measured();
  expect(blocks).toEqual(before);
  expect(warnings[0]).toContain('The disk usage of the MariaDB databases is the last measured value: ');
  here.time += 60_000;
  const { mebibytes, warnings: inSummary } = await summary('bob');
  expect(mebibytes).toBe(Math.ceil((before.bob ?? 0) / MIB));
  expect(inSummary).toHaveLength(1);
  const quota = await uapi('bob', 'Quota::get_local_quota_info');
  expect(quota.data).toMatchObject({ bytes_used: (before.bob ?? 0) * 1024 });
  expect(quota.warnings).toHaveLength(1);
  await mariadb.resume();
});

test('with disk_usage_include_sqldbs=0, only files count, and no server is asked', async () => {
  const { metadata } = await succeed('set_tweaksetting', { key: 'disk_usage_include_sqldbs', value: '0' });
  expect(JSON.stringify(metadata.output)).toMatch(/The task \d+ applies the setting/);
  await mariadb.halt();
  const { blocks, warnings } = await measured();
  expect(warnings).toEqual([]);
  expect(Object.values(blocks).every((count) => count < MIB)).toBe(true);
  expect(await summary('bob')).toMatchObject({ mebibytes: Math.ceil((blocks.bob ?? 0) / MIB) });
  await mariadb.resume();
  await succeed('set_tweaksetting', { key: 'disk_usage_include_sqldbs', value: '1' });
  expect((await measured()).blocks.bob).toBeGreaterThan(12 * MIB);
});
