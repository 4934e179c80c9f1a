// A TCP proxy before PostgreSQL: a slow network, and connections that break, or fall silent, at a moment that a test
// chooses.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of what a client sends; unless told, it is passed on. */
export type Fate =
  | 'pass on'
  /** It is passed on, but the answer is not: the client's connection is reset. */
  | 'lose the answer'
  /** Nothing is passed on any more, and nobody is told. */
  | 'swallow';

export class Proxy {
  fate: (sent: Buffer) => Fate = () => 'pass on';
  /** How long each packet takes, either way. */
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
        // The server gets all of it, and hears of the end by and by; so nothing is lost but the answer.
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

/** Whether a message of the protocol asks for this statement, as the program sends those without values. */
export function asksFor(statement: string): (sent: Buffer) => boolean {
  return (sent) => sent.includes(`${statement}\0`);
}
