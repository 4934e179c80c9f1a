// Clients that send requests and do not read the responses: the responses do not accumulate, and the clients are
// disconnected.
import { once } from 'node:events';
import { connect } from 'node:net';
import { openSocket, readAnswers } from '../../support/raw-client.ts';
import { TestServer } from '../../support/server.ts';
import { AttackedServer, expectServed } from '../../slow/adversary/attacked-server.ts';

test('50 connections that request the longest response 12 times and read nothing', async () => {
  const server = await AttackedServer.start();
  try {
    const before = server.memory;
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => openSocket(server.urls.http, '127.0.0.2')),
    );
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.pause();
      for (let count = 0; count < 12; count++) socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    const times = await server.callDuring(new Promise((done) => setTimeout(done, 5000)));
    expectServed(times);
    // Each response uses the same memory, however often it waits to be read.
    expect(server.memory - before).toBeLessThan(400);
    for (const socket of sockets) socket.destroy();
  } finally {
    await server.stop();
  }
});

test('a client that stops reading is disconnected, and one that reads slowly gets its whole response', async () => {
  const server = await TestServer.start({ writeTimeout: 3000 });
  try {
    const request = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';
    await server.ask('/openapi.json');
    const still = await openSocket(server.url);
    still.on('error', () => undefined);
    still.pause();
    still.write(request.repeat(10));
    // The system accepts some responses for a client that does not read. A write shows that the connection is closed.
    for (let round = 0; round < 300 && !still.destroyed && still.writable; round++) {
      still.write(request.repeat(10));
      await new Promise((done) => setTimeout(done, 200));
    }
    const isCut = still.destroyed || !still.writable;
    still.destroy();
    expect(isCut).toBe(true);

    const slow = connect(Number(new URL(server.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    slow.on('error', () => undefined);
    slow.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      slow.pause();
      setTimeout(() => slow.resume(), 100);
    });
    slow.write(request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    await new Promise((done) => slow.once('close', done));
    expect(readAnswers(Buffer.concat(chunks).toString('latin1')).map(({ status }) => status)).toEqual([200]);
  } finally {
    await server.stop();
  }
});

test('a client that stops reading the responses to a repeated request is disconnected', async () => {
  const server = await TestServer.start({ writeTimeout: 1000 });
  try {
    const { data } = await server.here.call('api_token_create', { token_name: 'test' });
    for (let count = 0; count < 20; count++) await server.here.call('addpkg', { name: `package${count}` });
    const request =
      `GET /json-api/listpkgs?api.version=1 HTTP/1.1\r\nHost: x\r\n` +
      `Authorization: whm root:${data?.token as string}\r\n\r\n`;
    const socket = await openSocket(server.url);
    socket.on('error', () => undefined);
    // From then on, the server answers without its usual way.
    for (let count = 0; count < 40; count++) {
      socket.write(request);
      await once(socket, 'data');
    }
    socket.pause();
    const isOpen = () => !socket.destroyed && socket.writable;
    const send = async (count: number, pauseMs: number) => {
      socket.write(request.repeat(count));
      await new Promise((done) => setTimeout(done, pauseMs));
    };
    // More than the system accepts for a client that does not read.
    for (let round = 0; round < 70 && isOpen(); round++) await send(10, 150);
    // The client is silent for longer than the server waits. A write shows that the connection is closed.
    for (let round = 0; round < 10 && isOpen(); round++) await send(1, 3500);
    const isCut = !isOpen();
    socket.destroy();
    expect(isCut).toBe(true);
  } finally {
    await server.stop();
  }
});

test.each<[string, string]>([
  ['requests', 'GET /version HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['what is not HTTP', 'nonsense\r\n\r\n'],
])('a client that reads nothing and keeps sending %s is disconnected', async (_what, sent) => {
  const server = await TestServer.start({ writeTimeout: 2000 });
  try {
    const socket = await openSocket(server.url);
    socket.on('error', () => undefined);
    socket.pause();
    // More than the server lets wait, and more than the system accepts for a client that does not read.
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30));
    // Slowly enough not to be a flood.
    for (let round = 0; round < 60 && !socket.destroyed && socket.writable; round++) {
      await new Promise((done) => setTimeout(done, 500));
      socket.write(sent);
    }
    const isCut = socket.destroyed || !socket.writable;
    socket.destroy();
    expect(isCut).toBe(true);
  } finally {
    await server.stop();
  }
});
