// A TCP proxy in front of PostgreSQL: a slow network, and connections that break or stop sending at a moment that a
// test chooses.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to the data of a client. By default, it is passed on. */
export type Fate =
  | 'pass on'
  /** It is passed on, but not the response: the client’s connection is reset. */
  | 'lose the answer'
  /** Nothing is passed on any more, without notice. */
  | 'swallow';

export class Proxy {
  fate: (sent: Buffer) => Fate = () => 'pass on';
  /** The delay of each packet, in both directions. */
  delayMs = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(target: number): Promise<Proxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new Proxy(server);
    server.on('connection', (client: Socket) => proxy.#carry(client, connect(target, '127.0.0.1')));
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
    let isSilent = false;
    const later = (work: () => void) => (this.delayMs === 0 ? work() : void setTimeout(work, this.delayMs));
    client.on('data', (bytes: Buffer) => {
      const fate = isSilent ? 'swallow' : this.fate(bytes);
      if (fate === 'swallow') {
        isSilent = true;
        return;
      }
      later(() => server.write(bytes));
      if (fate === 'lose the answer') {
        isSilent = true;
        // The server gets all of it, and notices the end later, so only the response is lost.
        client.resetAndDestroy();
      }
    });
    server.on('data', (bytes: Buffer) => {
      if (!isSilent) later(() => client.write(bytes));
    });
    client.on('close', () => later(() => server.end()));
    server.on('close', () => later(() => client.destroy()));
  }
}

/** True if a protocol message contains this statement, as the program sends statements without values. */
export function asksFor(statement: string): (sent: Buffer) => boolean {
  return (sent) => sent.includes(`${statement}\0`);
}
