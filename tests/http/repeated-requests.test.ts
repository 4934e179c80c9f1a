// Requests that repeat a recent one of their connection: after the first ones, which have an audit line each, they are
// answered before their login and route are looked up. Nothing else may be different.
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { sendRaw } from '../support/raw-client.ts';
import { TestServer } from '../support/server.ts';
import { onSqlite } from '../support/test-database.ts';
import { until } from '../support/until.ts';

/** More than have a line of their own in the audit log. */
const MANY = 40;

let server: TestServer;
let agent: Agent;
beforeEach(async () => {
  server = await TestServer.start();
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await addAccounts(server.here, anAccount());
});
afterEach(async () => {
  agent.destroy();
  await server.stop();
});

async function newToken(args: Record<string, string> = {}): Promise<string> {
  const { data, metadata } = await server.here.call('api_token_create', { token_name: 'test', ...args });
  expect(metadata.reason).toBe('OK');
  return `whm root:${data?.token as string}`;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Another connection. */
  readonly through?: Agent;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Always on the same connection. */
function ask(
  authorization: string,
  path: string,
  { method, headers, body, through = agent }: Sent = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { authorization, ...headers };
    const sent = request(
      `${server.url}${path}`,
      { agent: through, headers: all, ...(method && { method }) },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        reply.on('end', () => {
          resolve({ status: reply.statusCode, headers: { ...reply.headers, date: undefined }, text });
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

async function askManyTimes(authorization: string, path: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let time = 0; time < MANY; time++) answers.push(await ask(authorization, path));
  return answers;
}

const listaccts = '/json-api/listaccts?api.version=1&want=user';
const hasBob = ({ status, text }: Answer) => status === 200 && text.includes('"user":"bob"');

/** A change by another process: through another connection to the database. */
function elsewhere(sql: string): void {
  const database = new Database(join(server.here.state, 'store.db'));
  database.exec(sql);
  database.close();
}

test.each(['json-api', 'xml-api'])('all responses are the same: %s', async (api) => {
  const token = await newToken();
  const [first, ...others] = await askManyTimes(token, `/${api}/listaccts?api.version=1`);
  expect(first?.status).toBe(200);
  for (const answer of others) expect(answer).toEqual(first);
});

/** Does `work` while a call of the address has its only turn: all other calls wait. */
async function whileCallsWait(token: string, work: () => Promise<void>): Promise<void> {
  let finish: ((strength: number) => void) | undefined;
  server.here.overrides.passwordStrength = () => new Promise((resolve) => (finish = resolve));
  const through = new Agent();
  const path = '/json-api/get_password_strength?api.version=1&password=x';
  const rated = ask(token, path, { through });
  await until(() => finish !== undefined, 'the call');
  let hasWaited = true;
  const waiting = ask(token, '/json-api/listpkgs?api.version=1', { through }).finally(
    () => (hasWaited = false),
  );
  try {
    await work();
    expect(hasWaited).toBe(true);
  } finally {
    finish?.(1);
  }
  expect([(await rated).status, (await waiting).status]).toEqual([200, 200]);
  through.destroy();
}

describe('one call of an address at a time', () => {
  beforeEach(async () => {
    await server.stop();
    server = await TestServer.start({ requestsPerAddress: 1 });
    await addAccounts(server.here, anAccount());
  });

  onSqlite('a repeated request is answered while a call runs, for it takes no turn', async () => {
    const token = await newToken();
    await askManyTimes(token, listaccts);
    await whileCallsWait(token, async () => {
      expect((await askManyTimes(token, listaccts)).every(hasBob)).toBe(true);
    });
  });

  onSqlite('so are four requests that take turns on one connection', async () => {
    const token = await newToken();
    const paths = ['bob', 'bo', 'b', 'eve'].map((text) => `${listaccts}&search=${text}`);
    for (const path of paths) await askManyTimes(token, path);
    await whileCallsWait(token, async () => {
      const found: boolean[] = [];
      for (const path of [...paths, ...paths]) found.push(hasBob(await ask(token, path)));
      expect(found).toEqual([true, true, true, false, true, true, true, false]);
    });
  });
});

test('each of many requests that take turns on one connection gets its own response, also after a change', async () => {
  const token = await newToken();
  const searches = ['bob', 'carol', 'b', 'c', 'o', 'eve'];
  const namesOf = async (times: number) => {
    const names: string[] = [];
    for (let time = 0; time < times; time++) {
      for (const search of searches) {
        const { text } = await ask(token, `${listaccts}&search=${search}`);
        names[searches.indexOf(search)] = [...text.matchAll(/"user":"(\w+)"/g)]
          .map(([, name]) => name)
          .join();
      }
    }
    return names;
  };
  expect(await namesOf(MANY)).toEqual(['bob', '', 'bob', '', 'bob', '']);
  await addAccounts(server.here, anAccount({ username: 'carol' }));
  expect(await namesOf(3)).toEqual(['bob', 'carol', 'bob', 'carol', 'bob,carol', '']);
});

test('each of many connections that ask at the same time gets its own response, also after a change', async () => {
  const token = await newToken();
  const searches = ['bob', 'carol', 'b', 'c', 'o', 'eve', 'bo', 'zed'];
  const connections = searches.map((search) => ({
    path: `${listaccts}&search=${search}`,
    through: new Agent({ keepAlive: true, maxSockets: 1 }),
  }));
  const namesOf = () =>
    Promise.all(
      connections.map(async ({ path, through }) => {
        const { text } = await ask(token, path, { through });
        return [...text.matchAll(/"user":"(\w+)"/g)].map(([, name]) => name).join();
      }),
    );
  try {
    for (let time = 0; time < MANY; time++)
      expect(await namesOf()).toEqual(['bob', '', 'bob', '', 'bob', '', 'bob', '']);
    await addAccounts(server.here, anAccount({ username: 'carol' }));
    for (let time = 0; time < 3; time++)
      expect(await namesOf()).toEqual(['bob', 'carol', 'bob', 'carol', 'bob,carol', '', 'bob', '']);
  } finally {
    for (const { through } of connections) through.destroy();
  }
});

test('each is in the audit log, the later ones as a number', async () => {
  const { here } = server;
  const token = await newToken({ token_name: 'monitor' });
  const before = here.audit().length;
  const began = here.time;
  for (let time = 0; time < MANY; time++) {
    await ask(token, listaccts);
    here.time += 1000;
  }
  await here.application.writeSummaries();
  const lines = here.audit().slice(before);
  expect(lines.map(({ calls }) => calls)).toEqual([...Array<undefined>(30).fill(undefined), MANY - 30]);
  expect(lines.at(-1)).toEqual({
    ...lines[0],
    ...{ calls: MANY - 30, duration_ms: 0, xid: expect.any(String) as string },
    since: new Date(began + 30_000).toISOString(),
    time: new Date(began + (MANY - 1) * 1000).toISOString(),
  });
  expect(lines.at(-1)).toMatchObject({ address: '127.0.0.1', authentication: 'token monitor' });
});

test('a change takes effect at once', async () => {
  const token = await newToken();
  await askManyTimes(token, listaccts);
  await addAccounts(server.here, anAccount({ username: 'carol' }));
  for (const answer of await askManyTimes(token, listaccts)) expect(answer.text).toContain('"carol"');
});

onSqlite('a change by another process takes effect at once', async () => {
  const token = await newToken();
  expect((await askManyTimes(token, listaccts)).every(hasBob)).toBe(true);
  elsewhere(`DELETE FROM account WHERE username = 'bob'`);
  expect(hasBob(await ask(token, listaccts))).toBe(false);
});

test('a token that was revoked is rejected', async () => {
  const token = await newToken();
  await askManyTimes(token, listaccts);
  await server.here.call('api_token_revoke', { token_name: 'test' });
  expect((await ask(token, listaccts)).status).toBe(403);
});

test('a token that expires is rejected from then on', async () => {
  const { here } = server;
  const token = await newToken({ expires_at: String(here.time / 1000 + 60) });
  await askManyTimes(token, listaccts);
  here.time += 59_999;
  expect(hasBob(await ask(token, listaccts))).toBe(true);
  here.time += 1;
  expect((await ask(token, listaccts)).status).toBe(403);
});

test('a request that differs in anything gets its own response', async () => {
  const token = await newToken();
  const few = await newToken({ token_name: 'few', acl: 'list-pkgs' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const others: [what: string, send: () => Promise<Answer>][] = [
    ['the token', () => ask(few, listaccts)],
    ['no token', () => ask('', listaccts)],
    ['the query', () => ask(token, `${listaccts}&search=nobody`)],
    ['the path', () => ask(token, listaccts.replace('listaccts', 'listpkgs'))],
    ['the path’s case', () => ask(token, listaccts.replace('json', 'JSON'))],
    ['a body', () => ask(token, listaccts, { method: 'POST', headers: form, body: 'search=nobody' })],
    ['the method', () => ask(token, listaccts, { method: 'HEAD' })],
    ['another method', () => ask(token, listaccts, { method: 'DELETE' })],
    ['a header', () => ask(token, listaccts, { headers: { expect: 'nothing' } })],
  ];
  for (const [what, send] of others) {
    expect([what, (await askManyTimes(token, listaccts)).every(hasBob)]).toEqual([what, true]);
    expect([what, hasBob(await send())]).toEqual([what, false]);
    agent.destroy();
  }
});

test('POST with the same body each time is answered each time', async () => {
  const token = await newToken();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (let time = 0; time < MANY; time++) {
    for (const [body, found] of [
      ['search=bob', true],
      ['search=eve', false],
    ] as const)
      expect(hasBob(await ask(token, listaccts, { method: 'POST', headers, body }))).toBe(found);
  }
});

test('requests that are sent ahead get their responses in order', async () => {
  const token = await newToken();
  await askManyTimes(token, listaccts);
  const head = (path: string, ...more: string[]) =>
    [`GET ${path} HTTP/1.1`, 'Host: x', `Authorization: ${token}`, ...more, '', ''].join('\r\n');
  const same = head(listaccts);
  const ahead = [same, same, same, head('/nothing'), same, same, head(listaccts, 'Connection: close'), same];
  const { answers, isClosed } = await sendRaw(server.url, ahead.join(''));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 200, 200]);
  expect(isClosed).toBe(true);
});
