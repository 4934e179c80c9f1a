import { connect } from 'node:net';
import { once } from 'node:events';
import { until } from '../support/until.ts';
import { basic, password, TestServer } from '../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

/** Resolves once the first command of the next batch was run. */
function firstCommandWasRun(): Promise<void> {
  let begun = 0;
  const { letOthersRun } = server.here.engine;
  return new Promise((resolve) => {
    server.here.overrides.letOthersRun = async () => {
      begun += 1;
      if (begun === 2) resolve();
      await letOthersRun();
    };
  });
}

/** Sends a batch with this many commands, and closes the connection once the first was run. */
async function leave(commands: number): Promise<void> {
  const isBegun = firstCommandWasRun();
  const { hostname, port } = new URL(server.url);
  const client = connect(Number(port), hostname);
  const body = `api.version=1${'&command=loadavg'.repeat(commands)}`;
  client.write(
    `POST /json-api/batch HTTP/1.1\r\nHost: test\r\nAuthorization: ${basic('root', password)}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await isBegun;
  client.destroy();
  await once(client, 'close');
}

const lines = (name: string) => server.here.audit().filter((line) => line.function === name);

test('a batch stops when its client disconnects', async () => {
  await leave(1000);
  // The line of the batch is the last one.
  await until(() => lines('batch').length > 0, 'the batch was in the log');
  expect(lines('batch')).toMatchObject([{ result: 0, error_code: 'abandoned' }]);
  expect(lines('loadavg').length).toBeGreaterThan(0);
  expect(lines('loadavg').length).toBeLessThan(1000);
});

test('other clients are served while a batch runs', async () => {
  const made = await server.asRoot('/json-api/api_token_create?api.version=1&token_name=others');
  const { data } = JSON.parse(made.text) as { data: { token: string } };
  const order: string[] = [];
  const ask = async (name: string, path: string) => {
    await server.ask(path, { headers: { authorization: `whm root:${data.token}` } });
    order.push(name);
  };
  const isBegun = firstCommandWasRun();
  const batch = ask('batch', `/json-api/batch?api.version=1${'&command=loadavg'.repeat(1000)}`);
  await isBegun;
  await ask('version', '/json-api/version?api.version=1');
  await batch;
  expect(order).toEqual(['version', 'batch']);
});
