import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  probe as probeOn,
  type Probe,
} from '../../../../../src/capabilities/system/driver/services/probes.ts';

const noDatabases = { databases: () => Promise.reject(new Error('Not asked.')) };
const probe = (how: Probe, limitMs?: number) => probeOn(how, noDatabases, limitMs);

/** Runs `work` with the port of a server that handles each connection with `serve`. */
async function withServer(
  serve: (socket: Socket) => void,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

const smtp = { greets: /^220[ -]/ };

describe('a probe', () => {
  it('accepts a greeting, also in several pieces', async () => {
    await withServer(
      (socket) => {
        socket.write('22');
        setImmediate(() => socket.write('0 mail.example ESMTP\r\n'));
      },
      async (port) => expect(await probe({ port, ...smtp })).toBeUndefined(),
    );
  });

  it('sends a question if the daemon does not greet first', async () => {
    await withServer(
      (socket) => socket.once('data', (request) => socket.write(`HTTP/1.1 404 ${String(request)}`)),
      async (port) => {
        const http = { port, asks: 'GET / HTTP/1.0\r\n\r\n', greets: /^HTTP\/1.1 404 GET \// };
        expect(await probe(http)).toBeUndefined();
      },
    );
  });

  it('reports that another daemon responds, that one closes at once, that one is silent, and that none is running', async () => {
    await withServer(
      (socket) => socket.write('x'.repeat(2000)),
      async (port) => {
        expect(await probe({ port, ...smtp })).toBe(`Port ${port} answers, but not as this service does.`);
      },
    );
    await withServer(
      (socket) => socket.end(),
      async (port) => {
        expect(await probe({ port, ...smtp })).toBe(`Port ${port} closes the connection without an answer.`);
      },
    );
    await withServer(
      () => undefined,
      async (port) => {
        expect(await probe({ port, ...smtp }, 200)).toBe(`Port ${port} does not answer within 0.2 seconds.`);
      },
    );
    expect(await probe({ port: 1, ...smtp })).toMatch(/does not answer: connect ECONNREFUSED/);
  });

  it('asks a UNIX socket too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probe-'));
    const socket = join(folder, 's');
    const wanted = { socket, greets: /^J/ };
    const server = createServer((client) => client.end('Just so')).listen(socket);
    await once(server, 'listening');
    try {
      expect(await probe(wanted)).toBeUndefined();
    } finally {
      server.close();
      await once(server, 'close');
    }
    expect(await probe(wanted)).toBe(`The socket “${socket}” does not answer: connect ENOENT ${socket}.`);
    rmSync(folder, { recursive: true });
  });

  it('accepts any response of a nameserver, such as REFUSED, but not silence', async () => {
    const server = createSocket('udp4');
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    try {
      expect(await probe({ port, speaks: 'DNS' }, 200)).toMatch(/^The name server does not answer at/);
      server.on('message', (question, { port: from, address }) => {
        const answer = Buffer.from(question);
        answer.writeUInt16BE(0x8105, 2);
        server.send(answer, from, address);
      });
      expect(await probe({ port, speaks: 'DNS' })).toBeUndefined();
    } finally {
      server.close();
    }
  });
});
