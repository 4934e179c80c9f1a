// One address sends as many requests as it can without waiting for responses: calls of another address are still
// served.
import { openSocket, sendRaw } from '../../support/raw-client.ts';
import { AttackedServer, expectServed } from '../../slow/adversary/attacked-server.ts';

let server: AttackedServer;
beforeEach(async () => {
  server = await AttackedServer.start();
});
afterEach(() => server.stop());

function wrongLogin(number: number, user = 'root'): string {
  const body = `user=${user}&pass=guess${number}&login_only=1`;
  return `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
const wrongLogins = (count: number) => Array.from({ length: count }, (_, at) => wrongLogin(at)).join('');

// Without limits, calls waited 49 seconds for 300 logins.
test('2,000 logins on one connection', async () => {
  const before = server.memory;
  const attack = sendRaw(server.urls.http, wrongLogins(2000), { from: '127.0.0.2', limitMs: 20_000 });
  const times = await server.callDuring(attack, 3000);
  expect((await attack).answers.length).toBeLessThanOrEqual(17);
  expectServed(times);
  expect(server.memory - before).toBeLessThan(400);
});

test('new connections again and again, each full of small requests', async () => {
  const before = server.memory;
  const small = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2500);
  const attack = (async () => {
    for (let round = 0; round < 30; round++) {
      const sockets = await Promise.allSettled(
        Array.from({ length: 20 }, () => openSocket(server.urls.http, '127.0.0.2')),
      );
      for (const one of sockets) {
        if (one.status !== 'fulfilled') continue;
        one.value.on('error', () => undefined);
        one.value.write(small);
      }
      await new Promise((done) => setTimeout(done, 100));
      for (const one of sockets) if (one.status === 'fulfilled') one.value.destroy();
    }
  })();
  const times = await server.callDuring(attack);
  expectServed(times);
  expect(server.memory - before).toBeLessThan(400);
});

test('an existing name and a nonexistent one cost the server the same, 60 at once', async () => {
  const took: Record<string, number> = {};
  for (const [at, user] of ['root', 'nobody1'].entries()) {
    const before = server.spentMs;
    const text = Array.from({ length: 60 }, (_, number) => wrongLogin(number, user)).join('');
    const { answers } = await sendRaw(server.urls.http, text, {
      from: `127.0.0.${at + 10}`,
      limitMs: 60_000,
    });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    took[user] = (server.spentMs - before) / answers.length;
  }
  const [real = 0, unknown = 0] = [took.root, took.nobody1];
  // They once differed by a factor of nearly five, which revealed the existing names.
  expect(Math.max(real, unknown) / Math.min(real, unknown)).toBeLessThan(2);
});
