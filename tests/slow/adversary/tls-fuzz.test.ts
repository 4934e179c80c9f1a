// TLS records with some of their bytes changed, from a real handshake and a real request: the server keeps running and
// serves others. ADVERSARY_SEED=NUMBER repeats the run with the same changes.
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AttackedServer, expectServed } from './attacked-server.ts';
import { chanceOf, mutate, type Chance } from './seed.ts';

const COUNT = 300;
const AT_ONCE = 6;

test(`${COUNT} connections whose TLS records are mutated`, async () => {
  const server = await AttackedServer.start();
  try {
    const chance = chanceOf('tls-fuzz');
    const before = server.memory;
    const attack = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let count = 0; count < COUNT / AT_ONCE; count++)
          await mutatedConnection(server.urls.https, chance);
      }),
    );
    const times = await server.callDuring(attack);
    expect(server.isAlive).toBe(true);
    expectServed(times);
    expect(server.memory - before).toBeLessThan(400);
    expect(await askOverTls(server.urls.https)).toMatch(/^HTTP\/1\.1 200 /);
  } finally {
    await server.stop();
  }
});

/** Passes a real client’s bytes through, with one piece mutated: the first one, or a later one. */
async function mutatedConnection(url: string, chance: Chance): Promise<void> {
  const { port } = new URL(url);
  const victim = chance.below(4);
  const sockets: Socket[] = [];
  const relay = createServer((client) => {
    const upstream = connectTcp({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.3' });
    sockets.push(client, upstream);
    let piece = 0;
    client.on('data', (bytes: Buffer) => upstream.write(piece++ === victim ? mutate(bytes, chance) : bytes));
    upstream.on('data', (bytes: Buffer) => client.write(bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done));
  await Promise.race([
    askOverTls(`https://127.0.0.1:${(relay.address() as AddressInfo).port}`),
    new Promise((done) => setTimeout(done, 400)),
  ]);
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => relay.close(done));
}

/** The response to a plain request; empty if the connection fails. */
function askOverTls(url: string): Promise<string> {
  return new Promise((done) => {
    const options = { port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connectTls(options, () => {
      socket.write('GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => done(answer));
  });
}
