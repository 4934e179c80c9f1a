// A server with a large store makes calls whose lists can be long in processes of their own: with the same responses and
// the same lines in the audit log, and without pauses of the server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, run } from '../support/command.ts';
import { addMail } from '../support/large-store.ts';
import { addQueuedMessages } from '../support/spool-messages.ts';
import { until } from '../support/until.ts';
import { WatchedServer } from '../support/watched-server.ts';

const env = { WHMAPI1_SANDBOX: '1' };
const folder = freshFolder();
const COUNT = 60_000;

let server: WatchedServer | undefined;
afterEach(() => server?.stop());

test('a server makes long lists beside its other calls', async () => {
  const options = { state: folder.state, env };
  for (const [name, owner] of [
    ['a00000', 'root'],
    ['a00001', 'a00000'],
  ] as const) {
    const args = [`username=${name}`, `domain=${name}.example`, `owner=${owner}`];
    if (owner !== 'root') await run(['setupreseller', `user=${owner}`], options);
    expect((await run(['createacct', ...args], options)).status).toBe(0);
  }
  await run(['setacls', 'reseller=a00000', 'acl-track-email=1', 'acl-manage-api-tokens=1'], options);
  const store = join(folder.state, 'store.db');
  addMail(store, COUNT);
  // Somebody else’s forwarder.
  const database = new Database(store);
  database.exec(
    `UPDATE account SET owner = 'a00000';
     UPDATE mail_delivery SET recipient_user = 'else', delivered_to = 'secret@inside.example' WHERE id = 5;
     INSERT INTO address_block (first, last, kind, notes, began_at, ends_at)
       WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500)
       SELECT key, key, 'brute', '', ${Date.now()}, ${Date.now() + 86_400_000}
       FROM (SELECT printf('40a%02x%02x%02x', 0, n / 256, n % 256) AS key FROM numbers)`,
  );
  database.close();
  const tokens = new Map<string, string>();
  for (const user of ['root', 'a00000']) {
    const { data } = await call([`--user=${user}`, 'api_token_create', 'token_name=t'], options);
    tokens.set(user, `whm ${user}:${data?.token as string}`);
  }
  const running = (server = await WatchedServer.start(folder.state, `${folder.path}/watch`, env));
  const ask = async (user: string, query: string) => {
    const path = `/json-api/emailtrack_search?api.version=1&success=1&failure=1&defer=1&${query}`;
    const headers = { authorization: tokens.get(user) ?? '' };
    const response = await fetch(running.url + path, { headers });
    return (await response.json()) as {
      metadata: { result: number; reason: string; chunk?: { records: number } };
      data: { records: { sender: string; deliveredto: string; recipient: string; message: string }[] };
    };
  };
  await ask('root', 'api.chunk.enable=1&api.chunk.size=1');
  await running.look();

  const found = await ask(
    'root',
    'api.filter.enable=1&api.filter.a.field=message&api.filter.a.arg0=JÜRGEN&api.chunk.enable=1&api.chunk.size=10&api.chunk.verbose=1',
  );
  expect(found.metadata).toMatchObject({ result: 1, chunk: { records: COUNT } });
  expect(found.data.records).toHaveLength(10);
  const { pauseMs, beside } = await running.look();
  expect(beside).toBeGreaterThan(10);
  expect(pauseMs).toBeLessThan(100);
  const sorted = 'api.sort.enable=1&api.sort.a.field=sendunixtime&api.sort.a.method=numeric';
  const all = await ask('a00000', sorted);
  expect(all.metadata.result).toBe(1);
  const own = all.data.records;
  expect(own.length).toBeGreaterThan(COUNT / 2);
  expect(own.every(({ sender }) => /@a0000[01]\.example$/.test(sender))).toBe(true);
  const recipient = 'customer4@else4.example';
  expect(own.filter(({ message }) => message === '')).toEqual([
    expect.objectContaining({
      recipient,
      deliveredto: recipient,
      deliverydomain: 'else4.example',
      host: null,
    }),
  ]);
  const refused = await ask('a00000', 'api.filter.enable=1&api.filter.a.field=nothing&api.filter.a.arg0=x');
  expect(refused.metadata).toMatchObject({ result: 0, error_code: 'bad_meta' });

  const lines = readFileSync(join(folder.state, 'audit.log'), 'utf8').trim().split('\n').slice(-4);
  const audited = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(audited.map(({ caller, result, authentication }) => [caller, result, authentication])).toEqual([
    ...[
      ['root', 1, 'token t'],
      ['root', 1, 'token t'],
      ['a00000', 1, 'token t'],
      ['a00000', 0, 'token t'],
    ],
  ]);

  // A list that a function makes as a whole is the same as its pages.
  const blocks = async (query: string) => {
    const path = `/json-api/get_cphulk_brutes?api.version=1&${query}`;
    const response = await fetch(running.url + path, {
      headers: { authorization: tokens.get('root') ?? '' },
    });
    const { data } = (await response.json()) as { data: { brutes: unknown[] } };
    return data.brutes;
  };
  const [whole, first, second] = [
    await blocks(''),
    await blocks('api.chunk.enable=1&api.chunk.size=900'),
    await blocks('api.chunk.enable=1&api.chunk.size=900&api.chunk.start=901'),
  ];
  expect(whole).toHaveLength(1500);
  expect(whole).toEqual([...first, ...second]);

  // Nobody has more than two long lists whose end the client does not read. Short lists need no file, nor do others wait.
  const start = (user: string) =>
    fetch(`${running.url}/json-api/emailtrack_search?api.version=1&success=1&${sorted}`, {
      headers: { authorization: tokens.get(user) ?? '' },
    });
  const unread = [await start('a00000'), await start('a00000')];
  expect((await ask('a00000', sorted)).metadata).toMatchObject({ result: 0, error_code: 'busy' });
  expect((await ask('a00000', `${sorted}&api.chunk.enable=1&api.chunk.size=5`)).data.records).toHaveLength(5);
  expect((await ask('root', sorted)).metadata.result).toBe(1);
  await Promise.all(unread.map(async ({ body }) => body?.cancel()));
  await until(async () => (await ask('a00000', sorted)).metadata.result === 1, 'a place is free again');
});

test('a server whose store is small reads a long mail queue beside its other calls, and pages of it itself', async () => {
  const { path, state } = folder;
  const { data } = await call(['api_token_create', 'token_name=t'], { state, env });
  addQueuedMessages(join(state, 'root/var/spool/exim4'), 2000);
  const running = (server = await WatchedServer.start(state, `${path}/watch`, env));
  const ask = async (query: string) => {
    const response = await fetch(`${running.url}/json-api/fetch_mail_queue?api.version=1&${query}`, {
      headers: { authorization: `whm root:${data?.token as string}` },
    });
    const answer = (await response.json()) as {
      metadata: { chunk?: { records: number } };
      data: { records: { sender: string }[] };
    };
    return [answer.data.records.map(({ sender }) => sender), answer.metadata.chunk?.records];
  };
  const page = 'api.chunk.enable=1&api.chunk.size=2&api.chunk.verbose=1';
  expect(await ask(`${page}&api.chunk.start=1001`)).toEqual([
    ['s1000@out.example', 's1001@out.example'],
    2000,
  ]);
  expect((await running.look()).beside).toBe(0);
  const sorted = `${page}&api.sort.enable=1&api.sort.a.field=sender&api.sort.a.reverse=1`;
  expect(await ask(sorted)).toEqual([['s9@out.example', 's99@out.example'], 2000]);
  expect((await running.look()).beside).toBeGreaterThan(10);
  expect((await ask(''))[0]).toHaveLength(2000);
});
