// Simultaneous guesses: never more than the limit are checked, by whichever kind of login.
import { attempt, type LoginDependencies } from '../../src/capabilities/logins/rules/logins.ts';
import { openSocket, sendRaw } from '../support/raw-client.ts';
import { password, TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { watchPasswords } from '../support/watched-passwords.ts';

const LIMIT = 5;

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
  server.here.overrides.sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds / 10));
});
afterEach(() => server.stop());

function login(user: string, secret: string): string {
  const body = new URLSearchParams({ user, pass: secret, login_only: '1' }).toString();
  return `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
const guesses = (count: number, user = 'root') =>
  Array.from({ length: count }, (_, number) => login(user, `guess ${number}`));

test('60 guesses sent ahead on one connection: 5 passwords are checked, one at a time', async () => {
  const watched = watchPasswords(server.here);
  const { answers } = await sendRaw(server.url, guesses(60).join(''));
  expect([watched.count, watched.most]).toEqual([LIMIT, 1]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
});

test('40 guesses on 40 connections: 5 passwords are checked, one at a time', async () => {
  const watched = watchPasswords(server.here);
  const replies = await Promise.all(guesses(40).map((text) => sendRaw(server.url, text, { answers: 1 })));
  expect(replies.map(({ answers }) => answers[0]?.status)).toEqual(Array.from({ length: 40 }, () => 401));
  expect([watched.count, watched.most]).toEqual([LIMIT, 1]);
});

test('from many addresses, two passwords are checked at a time, and addresses take turns', async () => {
  let release = () => undefined as void;
  const gate = new Promise<void>((done) => (release = done));
  const watched = watchPasswords(server.here, async (_user, given) => {
    await gate;
    return given === password;
  });
  const from = (last: number) => `127.0.1.${last}`;
  const attack = Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      sendRaw(server.url, guesses(4, `user${at}`).join(''), { from: from(at + 1), answers: 4 }),
    ),
  );
  // Sent after all of them, and answered before most of theirs.
  const reply = sendRaw(server.url, login('root', password), { from: '127.0.2.1', answers: 1 });
  // The first one of each address counts as a failure until its password was checked.
  await until(async () => (await pending()) === 13, 'an attempt of each address waited');
  await rounds(5);
  release();
  const own = await reply;
  expect(own.answers[0]?.status).toBe(200);
  expect(watched.count).toBeLessThan(30);
  await attack;
  expect(watched.most).toBe(2);
  expect(watched.count).toBe(49);
});

test('simultaneous correct passwords are all accepted', async () => {
  watchPasswords(server.here);
  const texts = Array.from({ length: 20 }, () => login('root', password));
  const replies = await Promise.all(texts.map((text) => sendRaw(server.url, text, { answers: 1 })));
  expect(replies.map(({ answers }) => answers[0]?.status)).toEqual(texts.map(() => 200));
});

/** How many attempts have begun and not ended. */
async function pending(): Promise<number> {
  const rows = await server.here.engine.store.transaction('reads', async (db) => ({
    value: await db.all('SELECT id FROM login_failure WHERE pending = 1'),
    keep: false,
  }));
  return rows.length;
}

/** Waits for this many rounds of the event loop, however long they take on a busy machine. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) await new Promise((done) => setTimeout(done, 10));
}

test('requests that a client sent ahead are not run once it has disconnected', async () => {
  let release = () => undefined as void;
  const gate = new Promise<void>((done) => (release = done));
  const watched = watchPasswords(server.here, async () => {
    await gate;
    return false;
  });
  const first = sendRaw(server.url, login('root', 'wrong'), { answers: 1 });
  const socket = await openSocket(server.url);
  // It waits for its own first request, and disconnects.
  socket.write(login('root', 'second') + login('root', 'third'));
  await rounds(10);
  socket.destroy();
  await rounds(5);
  release();
  await first;
  await rounds(30);
  expect(watched.count).toBeLessThanOrEqual(2);
});

test('simultaneous guesses that no queue of one server limits, as with two servers: 5 passwords are checked', async () => {
  const { here } = server;
  const watched = watchPasswords(here);
  const { store } = here.engine;
  const world: LoginDependencies = {
    ...here.engine,
    transaction: (work) =>
      store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
    sleep: () => new Promise((done) => setTimeout(done, 5)),
  };
  const verdicts = await Promise.all(
    Array.from({ length: 16 }, (_, at) =>
      attempt(world, {
        service: 'whostmgrd',
        user: 'root',
        password: `guess ${at}`,
        code: '',
        address: '192.0.2.7',
      }),
    ),
  );
  expect(verdicts.every((verdict) => 'problem' in verdict)).toBe(true);
  expect(watched.count).toBe(LIMIT);
});

test('an attempt that waits for the outcome of others is accepted if it is correct', async () => {
  const { here } = server;
  let release = () => undefined as void;
  const gate = new Promise<void>((done) => (release = done));
  watchPasswords(here, async (_user, given) => {
    await gate;
    return given === password;
  });
  const { store } = here.engine;
  const world: LoginDependencies = {
    ...here.engine,
    transaction: (work) =>
      store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
    sleep: () => new Promise((done) => setTimeout(done, 5)),
  };
  const tried = Array.from({ length: 8 }, () =>
    attempt(world, { service: 'whostmgrd', user: 'root', password, code: '', address: '192.0.2.7' }),
  );
  setTimeout(release, 100);
  for (const verdict of await Promise.all(tried)) expect(verdict).toHaveProperty('caller');
  const { data } = await here.call('get_cphulk_failed_logins');
  expect(JSON.stringify(data)).not.toContain('192.0.2.7');
});
