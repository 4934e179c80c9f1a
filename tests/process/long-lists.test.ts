// Long lists whose reading fails or whose client goes away: an incomplete response never looks like a complete one.
import { statSync, truncateSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { addAccounts, anAccount, isStoreRead, multiplyAccount } from '../support/accounts.ts';
import { readAnswer, start } from '../support/command.ts';
import { basic, password, TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** About 17 MB as JSON, more than the buffers of a connection hold. */
const COUNT = 20_000;

let server: TestServer;
let store: string;

beforeEach(async () => {
  server = await TestServer.start();
  await addAccounts(server.here, anAccount({ username: 'a00000' }));
  store = join(server.here.state, 'store.db');
  multiplyAccount(store, COUNT);
});
afterEach(() => server.stop());

/** The response of listaccts once its headers are there. */
function listAccounts(): Promise<IncomingMessage> {
  return new Promise((answer, fail) => {
    const headers = { authorization: basic('root', password) };
    request(`${server.url}/json-api/listaccts?api.version=1`, { headers }, answer).on('error', fail).end();
  });
}

/** As if the disk lost the second half of the accounts. */
function damage(): void {
  truncateSync(store, Math.floor(statSync(store).size / 2 / 4096) * 4096);
}

test('a client gets all accounts', async () => {
  const { text } = await server.asRoot('/json-api/listaccts?api.version=1');
  const { data } = JSON.parse(text) as { data: { acct: { user: string }[] } };
  expect(data.acct).toHaveLength(COUNT);
  expect(data.acct.at(-1)?.user).toBe(`a${COUNT - 1}`);
  expect(isStoreRead(store)).toBe(false);
});

test('the connection is reset if the reading fails', async () => {
  const response = await listAccounts();
  expect(response.statusCode).toBe(200);
  damage();
  let text = '';
  const ended = (async () => {
    for await (const piece of response) text += String(piece);
  })();
  await expect(ended).rejects.toThrow('aborted');
  expect(text.startsWith('{"metadata":{"version":1')).toBe(true);
  expect(text.length).toBeLessThan(COUNT * 800);
});

test('a client that goes away ends the reading', async () => {
  const response = await listAccounts();
  await addAccounts(server.here, anAccount({ username: 'bob' }));
  expect(isStoreRead(store)).toBe(true);
  response.destroy();
  await until(() => !isStoreRead(store));
});

test('the command fails if the reading fails', async () => {
  const { child, done } = start(['--output=json', 'listaccts'], { state: server.here.state });
  child.stdout?.once('data', damage);
  const { status, stdout, stderr } = await done;
  expect(status).toBe(3);
  expect(stdout.length).toBeLessThan(COUNT * 800);
  expect(stderr).toMatch(/^whmapi1: the response is incomplete: .*store\.db.*\n/);
});

test('the disk usage of all accounts is read while it is printed', async () => {
  const { child, done } = start(['--output=json', 'get_disk_usage'], { state: server.here.state });
  await new Promise((begun) => child.stdout?.once('data', begun));
  child.stdout?.pause();
  await addAccounts(server.here, anAccount({ username: 'bob' }));
  const isRead = isStoreRead(store);
  child.stdout?.resume();
  const { accounts } = readAnswer((await done).stdout)?.data as { accounts: { user: string }[] };
  expect(isRead).toBe(true);
  expect(accounts).toHaveLength(COUNT);
  expect(accounts.at(-1)?.user).toBe(`a${COUNT - 1}`);
});

test('a closed pipe ends the reading quietly', async () => {
  const { done } = start(['--output=json', 'listaccts'], {
    state: server.here.state,
    through: ['bash', '--norc', '-c', '"$0" "$@" | head -c 10; echo "${PIPESTATUS[@]}"'],
  });
  expect(await done).toMatchObject({ stdout: '{"metadata0 0\n', stderr: '' });
});
