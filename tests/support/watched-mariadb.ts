// Between a client and a MariaDB server: calls the test for each statement that the client sends.
import { createServer, connect, type Server } from 'node:net';
import { join } from 'node:path';
import type { PrivateMariadb } from './private-mariadb.ts';

const QUERY = 3;

/** `before`: the server has not got it yet. `after`: the server has run it, and the client does not know. */
export type OnStatement = (sql: string, when: 'before' | 'after') => void;

export class WatchedMariadb {
  readonly socket: string;
  readonly #server: Server;
  onStatement: OnStatement = () => undefined;

  private constructor(mariadb: PrivateMariadb) {
    this.socket = join(mariadb.folder, 'w');
    this.#server = createServer((client) => {
      const upstream = connect(mariadb.socket);
      let running: string | undefined;
      let pending = Buffer.alloc(0);
      client.on('data', (bytes: Buffer) => {
        pending = Buffer.concat([pending, bytes]);
        while (pending.length >= 5 && pending.length >= 4 + pending.readUIntLE(0, 3)) {
          const packet = pending.subarray(0, 4 + pending.readUIntLE(0, 3));
          pending = pending.subarray(packet.length);
          // The first packet of a command has the number 0.
          if (packet[3] === 0 && packet[4] === QUERY) {
            running = packet.subarray(5).toString('utf8');
            this.onStatement(running, 'before');
          }
          upstream.write(packet);
        }
      });
      upstream.on('data', (bytes: Buffer) => {
        if (running !== undefined) this.onStatement(running, 'after');
        running = undefined;
        client.write(bytes);
      });
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
  }

  static async start(mariadb: PrivateMariadb): Promise<WatchedMariadb> {
    const watched = new WatchedMariadb(mariadb);
    await new Promise<void>((listening) => watched.#server.listen(watched.socket, listening));
    return watched;
  }

  stop(): void {
    this.#server.close();
  }
}
