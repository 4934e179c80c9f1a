// Strangers attack a server whose store is PostgreSQL: the shared audit table stays small, and other callers are
// served.
import { password, TestServer } from '../support/server.ts';
import { openSocket } from '../support/raw-client.ts';

const REFUSED = 600;
const PIPELINED = 200;

let server: TestServer;
let token: string;
beforeEach(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'test' });
  token = data?.token as string;
});
afterEach(() => server.stop());

const version = async (authorization: string) =>
  (await server.ask('/json-api/version?api.version=1', { headers: { authorization } })).status;

async function auditRows(): Promise<{ function: string; line: string }[]> {
  const { store } = server.here.engine;
  return store.transaction('reads', async (db) => ({
    value: await db.all('SELECT function, line FROM audit_record ORDER BY id'),
    keep: false,
  }));
}

test('many rejected requests are one line and one summary in the shared table', async () => {
  const before = (await auditRows()).length;
  for (let sent = 0; sent < REFUSED; sent += 20) {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, () => version(`whm root:${'A'.repeat(32)}`)),
    );
    expect(new Set(statuses)).toEqual(new Set([403]));
  }
  expect(await version(`whm root:${token}`)).toBe(200);
  await server.here.application.writeSummaries();
  const rows = (await auditRows()).slice(before);
  expect(rows.map((row) => row.function).sort()).toEqual(['refused requests', 'version', 'version']);
  const summary = JSON.parse(rows.find((row) => row.function === 'refused requests')?.line ?? '{}') as {
    arguments: [string, unknown][];
  };
  expect(Object.fromEntries(summary.arguments)).toMatchObject({
    requests: REFUSED - 1,
    functions: 'version',
  });
});

test('pipelined wrong logins do not make calls of another address wait for all of them', async () => {
  const body = 'user=root&pass=wrong&login_only=1';
  const login = `POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = await openSocket(server.url, '127.0.0.2');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(login.repeat(PIPELINED));
  const statuses: number[] = [];
  for (let call = 0; call < 20; call++) statuses.push(await version(`whm root:${token}`));
  socket.destroy();
  expect(new Set(statuses)).toEqual(new Set([200]));
  await server.here.application.writeSummaries();
  expect((await auditRows()).filter((row) => row.function === 'login').length).toBeLessThanOrEqual(1);
  // From an address that is not blocked, the correct password still works.
  expect((await server.logIn({ user: 'root', pass: password, login_only: '1' })).status).toBe(200);
});
