// A port for a server that needs its port before it starts.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { env } from 'node:process';

/** Below the ports that Linux assigns to clients and to servers without a port, so that no other process gets it. */
const FIRST = 15_000;
const LAST = 32_000;
/** Each worker of Jest has ports of its own: between the choice and its start, a server does not have its port yet. */
const SHARES = 16;
const SHARE = Math.floor((LAST - FIRST) / SHARES);

const worker = Number(env.JEST_WORKER_ID ?? '1') - 1;
const first = FIRST + (worker % SHARES) * SHARE;
/** The distance of the next port from the first. The beginning is random, for tests of another run. */
let next = Math.floor(Math.random() * SHARE);

/**
 * @returns a port that is free for TCP and UDP on 127.0.0.1. Neither this file of tests nor one that runs at the same time
 * gets it again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + next;
    next = (next + 1) % SHARE;
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
}

function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((done) => {
    socket.once('error', () => socket.close(() => done(false)));
    socket.bind(port, '127.0.0.1', () => socket.close(() => done(true)));
  });
}
