// Long lists are read while the response is written. Everything is compared with the same call as a whole.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RE2JS } from 're2js';
import { root } from '../../src/app/app.ts';
import type { RawArgument } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import { ApiError } from '../../src/core/errors.ts';
import { LONGEST_READING_MS, withTimeLimit } from '../../src/core/list-time-limit.ts';
import { readMetaArguments } from '../../src/core/meta-arguments.ts';
import { shape } from '../../src/core/shape.ts';
import type { Value } from '../../src/core/values.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { loadRenderer, type Format } from '../../src/render/format.ts';
import { recordsOf } from '../../src/render/records.ts';
import { renderTable } from '../../src/render/table.ts';
import { accountCaller } from '../../src/core/contexts.ts';
import * as php from '../../src/capabilities/php/rules/settings.ts';
import * as bandwidth from '../../src/life/rules/bandwidth/report.ts';
import * as usage from '../../src/capabilities/bandwidth/rules/usage.ts';
import * as hostedDomains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { addAccounts, anAccount, isStoreRead } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

const here = new Installation();
afterAll(() => here.remove());
/** Only SQLite keeps a transaction for a reading. */
const isSqlite = here.environment.WHMAPI1_STORE_URL === undefined;

const reasons = [
  '',
  'a "quoted" \\ reason',
  'a\ttab\nand\u0001\u007f',
  'Füße 東京 😀',
  '<b>&amp;',
  '=1+1',
  '\u2028',
];

const numbered = (at: number) => `user${String(at).padStart(4, '0')}`;

beforeAll(async () => {
  const accounts = Array.from({ length: 1203 }, (_, at) =>
    anAccount({
      username: numbered(at),
      domain: `${(at * 7919) % 1_000_003}.example`,
      owner: at % 400 === 0 ? 'root' : 'user0000',
      // In another order than the usernames.
      uid: 2000 + ((at * 7919) % 1203),
      suspendedAt: at % 3 === 0 ? 1_790_000_123_456 : null,
      suspendReason: reasons[at % reasons.length] ?? '',
      blocksUsed: at % 2 === 0 ? null : at,
      settings: { diskLimit: at % 5 === 0 ? null : at },
    }),
  );
  await addAccounts(here, ...accounts);
});

function ask(command: string, args: readonly RawArgument[], readsLongLists: boolean): Promise<Envelope> {
  return dispatch({ command, args, dryRun: false, readsLongLists }, root, here.engine);
}

/** `a=b c=d` */
function argumentsIn(words: string): RawArgument[] {
  return words.split(' ').flatMap((word) => {
    const [name = '', ...value] = word.split('=');
    return name === '' ? [] : [{ name, value: value.join('=') }];
  });
}

const sorted = (field: string, more = '') => `api.sort.enable=1 api.sort.a.field=${field} ${more}`;
const filtered = (field: string, type: string, arg0: string) =>
  `api.filter.enable=1 api.filter.verbose=1 api.filter.a.field=${field} api.filter.a.type=${type} api.filter.a.arg0=${arg0}`;
const pageOfTwelve = 'api.chunk.enable=1 api.chunk.size=12 api.chunk.start=1190 api.chunk.verbose=1';
const whole = 'api.chunk.enable=1 api.chunk.start=-1 api.chunk.verbose=1';

/** A call, and whether its list is read while it is written. */
const calls: readonly (readonly [words: string, isLong: boolean])[] = [
  ['', true],
  ['want=user,suspendreason', true],
  ['search=user', true],
  ['search=user1 searchtype=user', false],
  ['search=^user.*$', true],
  ['search=[^0]$ searchtype=user', true],
  [`search=[^0]$ searchtype=user ${sorted('domain')}`, true],
  ['search=[13579]$ searchtype=user', false],
  [sorted('domain'), true],
  [sorted('suspendreason', 'api.sort.a.reverse=1'), true],
  [filtered('*', 'contains', 'r'), true],
  // Only memory can compare Unicode without regard to case.
  [filtered('suspendreason', 'contains', 'S'), false],
  [filtered('user', 'begins', 'user'), true],
  [`${filtered('suspended', '==', '0')} ${whole}`, false],
  [`${filtered('uid', 'gt', '2001')} ${sorted('uid')} ${whole}`, true],
  ['api.columns.enable=1 api.columns.a=ipv6 api.columns.b=user', true],
  ['api.chunk.enable=1 api.chunk.size=1100 api.chunk.start=50 api.chunk.verbose=1', true],
  ['api.chunk.enable=1 api.chunk.size=50 api.chunk.start=50 api.chunk.verbose=1', false],
];

type Written = Format | 'csv' | 'table';

async function write(format: Written, envelope: Envelope): Promise<string> {
  if (format === 'csv') return [...renderCsv(recordsOf(envelope))].join('');
  if (format === 'table') return [...renderTable(recordsOf(envelope), undefined).lines].join('');
  return [...(await loadRenderer(format))(envelope)].join('');
}

async function compare(format: Written, words: string, isLong: boolean): Promise<void> {
  const streamed = await ask('listaccts', argumentsIn(words), true);
  expect(streamed.longList !== undefined).toBe(isLong && isSqlite);
  const text = await write(format, streamed);
  expect(text).toBe(await write(format, await ask('listaccts', argumentsIn(words), false)));
  expect(text).toContain('user');
}

test.each(calls)('listaccts %s', (words, isLong) => compare('json', words, isLong));

test.each([
  ['owner', '^user0{4}$', 2],
  ['package', 'fault$', 1],
  ['ip', '[.]1$', 1],
  // The list is counted first, but no further than until it is long.
  ['user', '[^0]$', 1203 + 1113],
])('a search for the %s tests each distinct value once', async (type, search, most) => {
  const test = jest.spyOn(RE2JS.prototype, 'test');
  try {
    await compare('json', `search=${search} searchtype=${type}`, true);
    // Two calls. A list that is read as a whole is not counted.
    expect(test.mock.calls.length).toBeLessThanOrEqual(2 * most);
    expect(test.mock.calls.length).toBeGreaterThanOrEqual(most);
  } finally {
    test.mockRestore();
  }
});

test.each(['yaml', 'jsonpretty', 'xml', 'csv', 'table'] as const)('all accounts as %s', (format) =>
  compare(format, '', true),
);

test('an unknown field is an error before anything is read', async () => {
  const { metadata, longList } = await ask('listaccts', argumentsIn(sorted('nosuch')), true);
  expect(metadata).toMatchObject({ result: 0, error_code: 'bad_meta' });
  expect(longList).toBeUndefined();
  const { metadata: again } = await ask(
    'listaccts',
    argumentsIn('api.columns.enable=1 api.columns.a=user api.columns.b=nosuch'),
    true,
  );
  expect(again).toMatchObject({ result: 0, error_code: 'bad_meta' });
});

test('the list shows the state of the call, and the store changes meanwhile', async () => {
  const before = await ask('listaccts', [], false);
  const render = await loadRenderer('json');
  const answer = await ask('listaccts', [], true);
  const pieces = render(answer)[Symbol.iterator]();
  let text = String(pieces.next().value);
  await here.engine.store.transaction('changes', async (db) => ({
    value: await db.run(
      `UPDATE account SET suspend_reason = 'later', suspended_at = 1 WHERE username > 'user1'`,
    ),
    keep: true,
  }));
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) text += next.value;
  expect((JSON.parse(text) as Envelope).data).toEqual(before.data);
  const after = await ask('listaccts', argumentsIn('search=user1200'), false);
  expect(after.data?.acct).toEqual([expect.objectContaining({ suspendreason: 'later' })]);
});

test('a reading that is closed early, twice or never leaves the store usable', async () => {
  const first = await ask('listaccts', [], true);
  const second = await ask('listaccts', [], true);
  first.longList?.close();
  first.longList?.close();
  expect((await ask('version', [], true)).metadata.result).toBe(1);
  const render = await loadRenderer('xml');
  expect([...render(second)].join('').match(/<user>/g)).toHaveLength(1203);
  await ask('listaccts', [], true);
});

test('a preview shows the same as the list, and nothing once the list is closed', async () => {
  const { longList } = await ask('listaccts', [], true);
  if (longList === undefined) {
    expect(isSqlite).toBe(false);
    return;
  }
  const preview = [...longList.preview()];
  expect(preview.length).toBeGreaterThan(1);
  expect([...longList.preview()]).toEqual(preview);
  expect([...longList.batches]).toEqual(preview);
  expect([...longList.preview()]).toEqual([]);
});

test('an account and a caller of other calls get whole lists', async () => {
  const nested = await ask('batch', [{ name: 'command', value: ['listaccts'] }], true);
  expect(nested.longList).toBeUndefined();
  expect(JSON.stringify(nested.data).match(/"user":/g)).toHaveLength(1203);
  const own = await dispatch(
    { command: 'listaccts', args: [], dryRun: false, readsLongLists: true },
    accountCaller('user0001'),
    here.engine,
  );
  expect(own.metadata.result).toBe(0);
});

test('the enrolled users and the features of accounts', async () => {
  await here.engine.store.transaction('changes', async (db) => {
    const into = 'INSERT INTO tfa_secret (username, kind, name, sealed, created_at)';
    const sealed = new Uint8Array([1]);
    await db.run(`${into} SELECT username, 'primary_account', '', ?, created_at FROM account`, sealed);
    await db.run(`${into} VALUES ('root', 'primary_account', '', ?, 1)`, sealed);
    return { value: undefined, keep: true };
  });
  const users = Array.from({ length: 30 }, (_, at) => numbered(at * 7));
  await here.call('add_override_features_for_user', {
    user: 'user0007',
    features: '{"backup":0,"webmail":1}',
  });
  for (const format of ['json', 'jsonpretty', 'yaml', 'xml', 'csv', 'table'] as const) {
    const configurations = await ask('twofactorauth_get_user_configs', [], true);
    expect(configurations.longList !== undefined).toBe(isSqlite);
    const text = await write(format, configurations);
    expect(text).toBe(await write(format, await ask('twofactorauth_get_user_configs', [], false)));
    expect(text).toContain('root');
    const named = users.map((value, at) => ({ name: `user-${at}`, value }));
    const features = await ask('get_users_features_settings', named, true);
    expect(features.longList).toBeDefined();
    expect(await write(format, features)).toBe(
      await write(format, await ask('get_users_features_settings', named, false)),
    );
  }
});

test.each(['json', 'xml', 'csv'] as const)('the PHP versions of all virtual hosts as %s', async (format) => {
  const versions = await ask('php_get_vhost_versions', [], true);
  expect(versions.longList).toBeDefined();
  const text = await write(format, versions);
  expect(text).toBe(await write(format, await ask('php_get_vhost_versions', [], false)));
  expect(text).toContain('/home/user1202/public_html');
});

test('the PHP version of a virtual host in the folder of another one', async () => {
  const shop = { username: 'user0004', domain: 'shop.31676.example', type: 'sub' } as const;
  await here.engine.store.transaction('changes', async (db) => {
    const documentRoot = 'public_html/shop';
    await hostedDomains.insert(db, { ...shop, servedBy: null, documentRoot });
    const settings = { version: 'ea-php82', usesFpm: true, maxRequests: null, idleTimeout: null };
    await php.setHost(db, {
      ...settings,
      ...{ servername: '31676.example', username: 'user0004', maxChildren: 7 },
    });
    return { value: undefined, keep: true };
  });
  const versions = await ask('php_get_vhost_versions', [], true);
  const text = await write('json', versions);
  expect(text).toBe(await write('json', await ask('php_get_vhost_versions', [], false)));
  const found = (JSON.parse(text) as { data: { versions: { account: string }[] } }).data.versions.filter(
    ({ account }) => account === 'user0004',
  );
  const common = { version: 'ea-php82', phpversion_source: [{ domain: '31676.example' }] };
  const parameters = (pm_max_children: number) => ({
    php_fpm_pool_parms: expect.objectContaining({ pm_max_children }) as unknown,
  });
  expect(found).toEqual([
    expect.objectContaining({ ...common, vhost: '31676.example', main_domain: 1, ...parameters(7) }),
    expect.objectContaining({ ...common, vhost: shop.domain, main_domain: 0, ...parameters(5) }),
  ]);
});

test('virtual hosts with aliases before, among and behind them', async () => {
  const username = 'user0000';
  await here.engine.store.transaction('changes', async (db) => {
    for (let at = 0; at < 360; at++) {
      // Before, among and behind the main domains, which begin with digits.
      const domain = `${['-', '5', 'z'][Math.floor(at / 120)]}${String(at).padStart(4, '0')}.example`;
      await hostedDomains.insert(
        db,
        at % 40 === 39
          ? { domain, username, type: 'sub', servedBy: null, documentRoot: `public_html/${at}` }
          : { domain, username, type: 'parked', servedBy: '0.example', documentRoot: null },
      );
    }
    return { value: undefined, keep: true };
  });
  const versions = await ask('php_get_vhost_versions', [], true);
  expect(versions.longList !== undefined).toBe(true);
  const text = await write('json', versions);
  expect(text).toBe(await write('json', await ask('php_get_vhost_versions', [], false)));
  for (const name of ['-0039', '50159', 'z0359']) expect(text).toContain(`"vhost":"${name}.example"`);
});

test.each(['json', 'yaml', 'xml', 'csv', 'table'] as const)('the usernames as %s', async (format) => {
  const users = await ask('list_users', [], true);
  expect(users.longList).toBeDefined();
  expect(users.data).toEqual({ users: [] });
  const whole = await ask('list_users', [], false);
  expect(await write(format, users)).toBe(await write(format, whole));
  expect(whole.data?.users).toEqual(['root', ...Array.from({ length: 1203 }, (_, at) => numbered(at))]);
  const last = argumentsIn(sorted('users', 'api.sort.a.reverse=1'));
  expect((await ask('list_users', last, true)).data?.users).toEqual(
    (whole.data?.users as string[]).toReversed().sort((a, b) => (a < b ? 1 : -1)),
  );
});

test.each(['json', 'yaml', 'csv'] as const)('the resellers as %s', async (format) => {
  await here.engine.store.transaction('changes', async (db) => ({
    value: await db.run(
      'INSERT INTO reseller (username) SELECT username FROM account WHERE true ON CONFLICT DO NOTHING',
    ),
    keep: true,
  }));
  const resellers = await ask('listresellers', [], true);
  expect(resellers.longList).toBeDefined();
  const whole = await ask('listresellers', [], false);
  expect(await write(format, resellers)).toBe(await write(format, whole));
  expect(whole.data?.reseller).toEqual(Array.from({ length: 1203 }, (_, at) => numbered(at)));
});

test('the features of many accounts, and of one that does not exist', async () => {
  const named = Array.from({ length: 1203 }, (_, at) => ({ name: 'user', value: numbered(1202 - at) }));
  const one = { name: 'feature', value: 'webmail' };
  const features = await ask('get_users_features_settings', [...named, one], true);
  expect(features.longList).toBeDefined();
  const whole = await ask('get_users_features_settings', [...named, one], false);
  expect(await write('json', features)).toBe(await write('json', whole));
  const rows = whole.data?.users_features_settings as { user: string; cpuser_setting: number | null }[];
  expect(rows.map(({ user }) => user)).toEqual(named.map(({ value }) => value));
  expect(rows.filter((row) => row.cpuser_setting === 1).map(({ user }) => user)).toEqual(['user0007']);
  const missing = { name: 'user', value: 'nobody1' };
  const { metadata } = await ask('get_users_features_settings', [...named, missing, one], true);
  expect(metadata).toMatchObject({ error_code: 'not_found' });
  expect(metadata.reason).toContain('nobody1');
});

test('the zones of the server', async () => {
  const zones = join(here.environment.WHMAPI1_STATE_DIR ?? '', 'root/etc/bind/whmapi1/zones');
  mkdirSync(zones, { recursive: true });
  for (let at = 0; at < 1100; at++) writeFileSync(join(zones, `zone${at}.example.conf`), '');
  for (const format of ['json', 'yaml', 'xml', 'csv', 'table'] as const) {
    const streamed = await ask('listzones', [], true);
    expect(streamed.longList).toBeDefined();
    const text = await write(format, streamed);
    expect(text).toBe(await write(format, await ask('listzones', [], false)));
    expect(text).toContain('zone1099.example.db');
  }
  const words = argumentsIn(filtered('domain', 'contains', 'ZONE109'));
  expect((await ask('listzones', words, true)).data?.zone).toHaveLength(11);
});

test('the domains of all accounts, one of them with very many', async () => {
  const hosted = Array.from({ length: 1500 }, (_, at): hostedDomains.HostedDomain => {
    const name = `${String(at).padStart(4, '0')}.info.example`;
    const username = at < 1200 ? 'user0002' : numbered(3 * at - 3600);
    if (at % 3 === 0) {
      return {
        domain: `sub${name}`,
        username,
        type: 'sub',
        servedBy: null,
        documentRoot: `public_html/${at}`,
      };
    }
    const servedBy = at % 3 === 1 ? `sub${String(at - 1).padStart(4, '0')}.info.example` : 'main.example';
    const type = at % 3 === 1 ? 'addon' : 'parked';
    return { domain: `${type}${name}`, username, type, servedBy, documentRoot: null };
  });
  await here.engine.store.transaction('changes', async (db) => {
    for (const one of hosted) await hostedDomains.insert(db, one);
    return { value: undefined, keep: true };
  });
  const whole = async (words = '') => ask('get_domain_info', argumentsIn(words), false);
  const rowsOf = ({ data }: Envelope) => data?.domains as { user: string; domain: string; docroot: string }[];
  const all = rowsOf(await whole());
  // The accounts by name, each with its main domain and then the others by name.
  expect(all.map(({ user }) => user)).toEqual(all.map(({ user }) => user).sort());
  const own = all.filter(({ user }) => user === 'user0002');
  expect(own.map(({ domain }) => domain)).toEqual([
    `${2 * 7919}.example`,
    ...hosted
      .filter(({ username }) => username === 'user0002')
      .map(({ domain }) => domain)
      .sort(),
  ]);
  expect(own.find(({ domain }) => domain === 'addon0301.info.example')?.docroot).toBe(
    '/home/user0002/public_html/300',
  );
  for (const format of ['json', 'yaml', 'xml', 'csv', 'table'] as const) {
    const streamed = await ask('get_domain_info', [], true);
    expect(streamed.longList !== undefined).toBe(isSqlite);
    expect(await write(format, streamed)).toBe(await write(format, await whole()));
  }
  for (const words of [
    filtered('domain', 'contains', 'ADDON'),
    filtered('domain_type', 'eq', 'main'),
    filtered('docroot', 'begins', '/home/user0002/public_html/'),
    filtered('*', 'contains', 'info'),
    sorted('domain', 'api.sort.a.reverse=1'),
    sorted('domain_type', 'api.sort.b.field=docroot'),
    `${filtered('domain', 'contains', 'info')} ${sorted('user_owner')} ${pageOfTwelve}`,
  ]) {
    const streamed = await ask('get_domain_info', argumentsIn(words), true);
    const text = await write('json', streamed);
    expect(text).toBe(await write('json', await whole(words)));
    const { domains } = (JSON.parse(text) as Envelope).data as { domains: Value[] };
    const { meta } = readMetaArguments(argumentsIn(words));
    // As the engine filters, sorts and pages the whole list.
    expect([words, domains]).toEqual([words, shape(all, 'domains', meta).items]);
  }
});

test('the bandwidth of all accounts, one of them with subdomains, and of removed ones', async () => {
  const own = {
    username: 'user0003',
    type: 'sub',
    servedBy: null,
    documentRoot: 'public_html/shop',
  } as const;
  const [domain, day] = ['23757.example', 20260301];
  // Before, among and behind all accounts, and so many of one name that they are several batches.
  const removed: readonly (readonly [username: string, removedAt: number])[] = [
    ['first', 1],
    ...Array.from({ length: 120 }, (_, at) => ['user0003', at + 1] as const),
    ...Array.from({ length: 120 }, (_, at) => ['zoe', at + 1] as const),
  ];
  await here.engine.store.transaction('changes', async (db) => {
    await hostedDomains.insert(db, { ...own, domain: `shop.${domain}` });
    for (const [username, removedAt] of removed) {
      await db.run(
        `INSERT INTO bandwidth_removed_account
           (username, removed_at, server, domain, owner, package, ip, is_reseller, bandwidth_limit)
         VALUES (?, ?, ?, 'former.example', 'root', 'default', '192.0.2.1', 0, 5)`,
        ...[username, removedAt, db.server],
      );
      await db.run(
        `INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes)
         VALUES (?, ?, ?, ?, 'former.example', 'http', 400)`,
        ...[db.server, username, removedAt, day],
      );
    }
    const names = [domain, `shop.${domain}`, '7919.example'];
    await usage.add(
      db,
      'http',
      names.map((name, at) => ({ name, day, bytes: 10 ** at })),
    );
    return { value: undefined, keep: true };
  });
  const month = argumentsIn('month=3 year=2026');
  for (const format of ['json', 'jsonpretty', 'yaml', 'xml', 'csv', 'table'] as const) {
    const streamed = await ask('showbw', month, true);
    expect(streamed.longList).toBeDefined();
    const text = await write(format, streamed);
    expect(text).toBe(await write(format, await ask('showbw', month, false)));
    expect(text).toContain('former.example');
  }
  for (const search of ['search=^u.*r searchtype=user', 'search=[^0]$ searchtype=user', 'search=(r|[.]ex)']) {
    const matching = [...month, ...argumentsIn(search)];
    const matched = await ask('showbw', matching, true);
    expect(matched.longList).toBeDefined();
    expect(await write('json', matched)).toBe(await write('json', await ask('showbw', matching, false)));
  }
  // All of the present accounts match and none of the removed ones, or the other way round. Each batch of 50 may test
  // the last one of the batch before again.
  const accounts = 1203 + removed.length;
  for (const [search, matching] of [
    ['^[0-9]', 1203],
    ['^former', removed.length],
  ] as const) {
    if (!isSqlite) continue;
    const { records, tests } = await testsOfBandwidth(search);
    expect([search, records]).toEqual([search, matching]);
    expect(tests).toBeGreaterThanOrEqual(accounts);
    expect(tests).toBeLessThanOrEqual(accounts + 2 + accounts / 50);
  }
  const { data } = await ask('showbw', month, false);
  expect(data).toMatchObject({ totalused: 111 + 400 * removed.length });
  const all = (data as { acct: { user: string; totalbytes: number }[] }).acct;
  expect(all.map(({ user }) => user)).toEqual(
    [...Array.from({ length: 1203 }, (_, at) => numbered(at)), ...removed.map(([name]) => name)].sort(),
  );
  expect(all.reduce((sum, { totalbytes }) => sum + totalbytes, 0)).toBe(111 + 400 * removed.length);
  expect((await here.call('setupreseller', { user: 'user0000' })).metadata.result).toBe(1);
  const owned = await ask('showbw', [...month, ...argumentsIn('showres=user0000')], true);
  expect(owned.longList).toBeDefined();
  expect(owned.data).toMatchObject({ totalused: 111, reseller: 'user0000' });
  const ofReseller = (JSON.parse(await write('json', owned)) as Envelope).data?.acct;
  expect(ofReseller).toHaveLength(1199);
  expect(ofReseller).not.toContainEqual(expect.objectContaining({ owner: 'root' }));
  expect(
    (await ask('showbw', [...month, ...argumentsIn('search=user1 searchtype=user')], true)).longList,
  ).toBe(undefined);
});

/** Searches for a domain, in batches. @returns the number of records, and how many domains were tested for them. */
async function testsOfBandwidth(search: string): Promise<{ records: number; tests: number }> {
  let tests = 0;
  // oxlint-disable-next-line typescript/unbound-method -- It is called with its object.
  const { addTest } = SqliteConnection.prototype;
  const spy = jest.spyOn(SqliteConnection.prototype, 'addTest').mockImplementation(function (
    this: SqliteConnection,
    test,
  ) {
    return addTest.call(this, (text) => {
      tests += 1;
      return test(text);
    });
  });
  try {
    return await here.engine.store.transaction('reads', async (db) => {
      const sought = { search, searchtype: 'domain' } as const;
      const report = await bandwidth.prepare(db, root, { year: 2026, month: 3 }, sought);
      const reading = db.keepReading?.();
      if (reading === undefined) throw new TypeError('This store keeps no reading.');
      const records = [...bandwidth.inBatches(db, report, reading)].flat();
      reading.close();
      return { value: { records: records.length, tests }, keep: false };
    });
  } finally {
    spy.mockRestore();
  }
}

test('an account among several that is not there', async () => {
  const named = ['user0000', 'nobody0', 'user0001'].map((value, at) => ({ name: `user-${at}`, value }));
  const { metadata, longList } = await ask('get_users_features_settings', named, true);
  expect(metadata).toMatchObject({ result: 0 });
  expect(metadata.reason).toContain('nobody0');
  expect(longList).toBeUndefined();
});

describe('a list that is read for too long', () => {
  // The other tests leave some lists open.
  const own = new Installation();
  beforeAll(async () => {
    const accounts = Array.from({ length: 1203 }, (_, at) =>
      anAccount({ username: `user${at}`, domain: `${at}.example`, uid: 2000 + at }),
    );
    await addAccounts(own, ...accounts);
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => own.remove());
  const limited = async () => {
    const call = { command: 'listaccts', args: [], dryRun: false, readsLongLists: true };
    const { longList } = await dispatch(call, root, own.engine);
    // A change that the reading does not see: so it can be told whether it goes on.
    const change = {
      command: 'twofactorauth_set_issuer',
      args: [{ name: 'issuer', value: 'Example' }],
      dryRun: false,
    };
    expect((await dispatch(change, root, own.engine)).metadata.result).toBe(1);
    if (longList === undefined) throw new TypeError('The list is short.');
    jest.useFakeTimers();
    return withTimeLimit(longList);
  };
  const tooLate = 'The list was not read to its end within 30 minutes.';

  onSqlite('no longer holds the store, and whoever reads on gets an error', async () => {
    const { batches } = await limited();
    const reading = batches[Symbol.iterator]();
    expect(JSON.parse(String(reading.next().value))).toHaveLength(50);
    jest.advanceTimersByTime(LONGEST_READING_MS - 1);
    expect(JSON.parse(String(reading.next().value))).toHaveLength(50);
    expect(isStoreRead(join(own.state, 'store.db'))).toBe(true);
    jest.advanceTimersByTime(1);
    expect(isStoreRead(join(own.state, 'store.db'))).toBe(false);
    expect(() => reading.next()).toThrow(new ApiError('limit_reached', tooLate));
  });

  onSqlite('cannot be begun', async () => {
    const { batches, preview } = await limited();
    jest.advanceTimersByTime(LONGEST_READING_MS);
    expect(() => [...preview()]).toThrow(tooLate);
    expect(() => [...batches]).toThrow(tooLate);
  });

  onSqlite('has no limit once it is read', async () => {
    const { batches, close } = await limited();
    expect([...batches].flatMap((batch) => JSON.parse(batch) as unknown[])).toHaveLength(1203);
    close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
