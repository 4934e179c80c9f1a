// Writes of clients that connect at the same moment, against the next writes over the same connections.
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './measure.ts';

const ROUNDS = 15;
/** Time for the server to forget the connections of the round before. */
const PAUSE_MS = 200;

export interface FirstWrites {
  /** Milliseconds until the last of the new connections had its response. Medians. */
  readonly first: number;
  /** The same for the second write of each. */
  readonly second: number;
}

/** @param count of connections. @param path of a write, to which a number is appended. */
export async function measureFirstWrites(
  url: string,
  { header, path, count }: { readonly header: string; readonly path: string; readonly count: number },
): Promise<FirstWrites> {
  const { hostname, port } = new URL(url);
  const taken: Record<'first' | 'second', number[]> = { first: [], second: [] };
  let number = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
    for (const which of ['first', 'second'] as const) {
      const began = performance.now();
      const answers = sockets.map((socket) => answerTo(socket));
      for (const socket of sockets)
        socket.write(`GET ${path}${(number += 1)} HTTP/1.1\r\nHost: bench\r\n${header}\r\n\r\n`);
      await Promise.all(answers);
      taken[which].push(performance.now() - began);
    }
    for (const socket of sockets) socket.destroy();
    await pause(PAUSE_MS);
  }
  return { first: median(taken.first), second: median(taken.second) };
}

/** Resolves when a whole JSON response has arrived. */
function answerTo(socket: Socket): Promise<void> {
  return new Promise((done, fail) => {
    let text = '';
    const read = (bytes: Buffer) => {
      text += bytes.toString();
      if (!text.endsWith('}\n')) return;
      socket.off('data', read).off('error', fail);
      if (text.startsWith('HTTP/1.1 200')) done();
      else fail(new Error(text));
    };
    socket.on('data', read).once('error', fail);
  });
}
