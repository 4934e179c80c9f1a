// What a real Apache sends is what is counted: every byte that its clients receive, over the rotation of the log.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { countNewLines } from '../../src/capabilities/bandwidth/driver/count.ts';
import { BYTES_LOG, LOG_DIRECTORY } from '../../src/capabilities/bandwidth/driver/places.ts';
import type { LogPosition } from '../../src/ground/rules/log-positions.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

describeWith(['apache2', 'openssl'], 'the log of bytes of a real Apache', () => {
  let apache: PrivateApache;
  let known: LogPosition[];
  let counted: Map<string, number>;
  beforeEach(async () => {
    apache = await PrivateApache.start();
    known = [];
    counted = new Map();
    const root = apache.path('/home/bob/public_html');
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'small.txt'), 'x');
    writeFileSync(join(root, 'large.bin'), Buffer.alloc(300_000, 'y'));
    const step = apache.apache.change('bob', {
      ...{ username: 'bob', home: '/home/bob', isSuspended: false, isOverLimit: false, hasCgi: false },
      addresses: { ipv4: null, ipv6: null },
      hosts: [
        { servername: 'bob.example', aliases: ['www.bob.example'], documentRoot: '/home/bob/public_html' },
      ],
    });
    await step.apply(apache.machine, await step.prepare(apache.machine));
  });
  afterEach(async () => {
    await apache.close();
  });

  /** Sends a request as it is. @returns the number of received bytes. */
  const request = (text: string): Promise<number> =>
    new Promise((done, fail) => {
      let bytes = 0;
      const socket = connect(apache.ports.http, '127.0.0.1', () => socket.write(text));
      socket.on('data', (data) => (bytes += data.length));
      socket.on('end', () => done(bytes)).on('error', fail);
    });
  const get = (path: string, host = 'bob.example', method = 'GET') =>
    request(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

  async function count(): Promise<void> {
    const { skipped, problems } = await countNewLines({
      files: await apache.machine.files([LOG_DIRECTORY]),
      known,
      keep: async ({ counts, moves }) => {
        for (const { name, bytes } of counts) counted.set(name, (counted.get(name) ?? 0) + bytes);
        for (const { after } of moves) known = [...known.filter(({ inode }) => inode !== after.inode), after];
      },
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    expect([skipped, problems]).toEqual([0, []]);
  }

  it('has every byte that clients receive, by the name of the virtual host', async () => {
    let received = 0;
    for (const path of ['/small.txt', '/large.bin', '/missing', '/large.bin']) received += await get(path);
    received += await get('/small.txt', 'www.bob.example');
    received += await get('/large.bin', 'bob.example', 'HEAD');
    // What clients make up does not reach the log.
    received += await get('/?bob.example%201%209%0Abob.example');
    await get('/', 'other.example 1764144000 999');
    await get('/', 'unknown.example');
    await request('GET / HTTP/1.1\r\nHost: a\nb\r\n\r\n');
    expect(received).toBeGreaterThan(600_000);
    // Apache writes the line after the response.
    await until(async () => {
      await count();
      return (counted.get('bob.example') ?? 0) >= received;
    }, 'the last line is there');
    expect(counted.get('bob.example')).toBe(received);
    expect([...counted.keys()].filter((name) => name.includes('other') || name.includes('unknown'))).toEqual(
      [],
    );
  });

  it('loses and doubles nothing while it is rotated', async () => {
    let received = 0;
    const log = apache.path(BYTES_LOG);
    for (let round = 0; round < 3; round++) {
      received += await get('/small.txt');
      await count();
      renameSync(log, `${log}.${3 - round}`);
      // Apache still writes to the renamed file.
      received += await get('/large.bin');
      process.kill(apache.pid() ?? 0, 'SIGUSR1');
      await until(async () => {
        received += await get('/small.txt').catch(() => 0);
        await count();
        return counted.size > 0 && known.length === round + 2;
      }, 'the new log has lines');
    }
    await until(async () => {
      await count();
      return counted.get('bob.example') === received;
    }, 'all bytes are counted');
    await count();
    expect(counted.get('bob.example')).toBe(received);
  });
});
