// Strangers who guess passwords or open connections do not keep root’s calls by token from being answered.
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { request, type ClientRequest } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { basic, TestServer } from '../support/server.ts';
import { attackTime } from './attack-time.ts';

/** As long as a check of a real password takes on a small server (yescrypt). */
const CHECK_MS = 130;
const MOST_MS = 1000;
const LASTING_MS = attackTime(3000);

let server: TestServer;
let token: string;
beforeEach(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'other' });
  token = data?.token as string;
  const users = await server.here.engine.machine.users();
  const slow = Object.create(users) as typeof users;
  slow.verifyPassword = async (user, password) => {
    await new Promise((done) => setTimeout(done, CHECK_MS));
    return users.verifyPassword(user, password);
  };
  server.here.overrides.machine = { ...server.here.engine.machine, users: async () => slow };
});
afterEach(() => server.stop());

const addressOf = (index: number) => `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;

/** Requests that have no answer yet. */
const open = new Set<ClientRequest>();

/** Asks once. @returns the status; 0 if the connection was closed. */
function ask(localAddress: string, authorization: string): Promise<number> {
  return new Promise((done) => {
    const url = `${server.url}/json-api/version?api.version=1`;
    const sent = request(url, { localAddress, agent: false, headers: { authorization } }, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode ?? 0));
    });
    open.add(sent);
    sent.on('error', () => done(0));
    sent.on('close', () => open.delete(sent));
    sent.end();
  });
}

/**
 * The longest time that a call of root took during the attack, without the time for which this process, with its
 * hundreds of clients, did not run.
 */
async function slowestCall(from = '127.0.0.1'): Promise<number> {
  let slowest = 0;
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const began = performance.now();
  while (performance.now() - began < LASTING_MS) {
    const at = performance.now();
    expect(await ask(from, `whm root:${token}`)).toBe(200);
    slowest = Math.max(slowest, performance.now() - at);
    await new Promise((done) => setTimeout(done, 20));
  }
  delays.disable();
  return slowest - delays.max / 1e6;
}

test('300 addresses with one wrong password each', async () => {
  const state = { isOver: false };
  // More than the server has turns.
  const guesser = async (index: number) => {
    for (let at = 0; !state.isOver; at++) {
      await ask(addressOf(index), basic(index % 2 === 0 ? 'root' : `user${index}`, `guess ${at}`));
    }
  };
  const attack = Promise.all(Array.from({ length: 300 }, (_, index) => guesser(index)));
  await new Promise((done) => setTimeout(done, 300));
  const slowest = await slowestCall();
  state.isOver = true;
  expect(slowest).toBeLessThan(MOST_MS);
  for (const sent of open) sent.destroy();
  await attack;
});

test('eight addresses with 128 idle connections each', async () => {
  const sockets: Socket[] = [];
  for (let index = 0; index < 8; index++) {
    for (let count = 0; count < 128; count++) {
      const socket = connect({
        port: Number(new URL(server.url).port),
        host: '127.0.0.1',
        localAddress: addressOf(index),
      });
      socket.on('error', () => undefined);
      sockets.push(socket);
    }
  }
  await new Promise((done) => setTimeout(done, 500));
  // From an address that was never seen before.
  expect(await slowestCall('127.0.0.1')).toBeLessThan(MOST_MS);
  for (const socket of sockets) socket.destroy();
});

test('requests that are followed by a reset leave no stack traces', async () => {
  const { port } = new URL(server.url);
  const texts = [
    `GET /json-api/version?api.version=1 HTTP/1.1\r\nHost: x\r\nAuthorization: whm root:wrong\r\n\r\n`,
    `GET /json-api/version?api.version=1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('root', 'wrong')}\r\n\r\n`,
    `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nuser=root`,
    `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\nuser=root`,
  ];
  for (const wait of [0, 1, 5]) {
    for (let count = 0; count < 40; count++) {
      await new Promise<void>((done) => {
        const socket = connect(
          { port: Number(port), host: '127.0.0.1', localAddress: addressOf(count) },
          () => {
            socket.write(texts[count % texts.length] ?? '', () => {
              setTimeout(() => socket.resetAndDestroy(), wait);
            });
          },
        );
        socket.on('error', () => undefined);
        socket.on('close', () => done());
      });
    }
  }
  await new Promise((done) => setTimeout(done, 2000));
  const errors = existsSync(join(server.here.state, 'error.log')) ? server.here.errors() : [];
  expect([errors.length, [...new Set(errors.map(({ error }) => error))]]).toEqual([0, []]);
  expect(await ask('127.0.0.1', `whm root:${token}`)).toBe(200);
});
