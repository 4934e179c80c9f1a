import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { probe } from '../../../src/drivers/services/probes.ts';

/** A port of a server that does this with each connection. */
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
  it('is content with the greeting, also in pieces', async () => {
    await withServer(
      (socket) => {
        socket.write('22');
        setImmediate(() => socket.write('0 mail.example ESMTP\r\n'));
      },
      async (port) => expect(await probe({ port, ...smtp })).toBeUndefined(),
    );
  });

  it('asks where the daemon does not greet by itself', async () => {
    await withServer(
      (socket) => socket.once('data', (request) => socket.write(`HTTP/1.1 404 ${String(request)}`)),
      async (port) => {
        const http = { port, asks: 'GET / HTTP/1.0\r\n\r\n', greets: /^HTTP\/1.1 404 GET \// };
        expect(await probe(http)).toBeUndefined();
      },
    );
  });

  it('says that another daemon answers, that one closes at once, that one is silent, and that none is there', async () => {
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

  it('takes any answer of a name server, such as REFUSED, and no silence', async () => {
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
