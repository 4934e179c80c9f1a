// A port for a server that needs its port before it starts.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the ports that Linux assigns to clients and to servers without a port, so that no other process gets it. */
const FIRST = 15_000;
const LAST = 32_000;

/** @returns a port that is free for TCP and UDP on 127.0.0.1. Tests that run at the same time choose others. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
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
