// Which servers a call trusts, what it does if a connection fails, and when it is retried.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { askedPause, pauseBefore } from '../../src/remote/server.ts';
import { Person, TOKEN } from '../remote/person.ts';
import { makeCertificate, ok, ScriptedServer, type Certificate } from '../remote/servers.ts';

let certificate: Certificate;
let server: ScriptedServer;
let person: Person;
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  server = await ScriptedServer.start(certificate);
  person = new Person();
});
afterEach(async () => {
  await server.stop();
  person.remove();
});

const to = (host: string, ...words: string[]) => person.run('--host', host, '--output=json', ...words);
const metadataOf = ({ stdout }: { stdout: string }) =>
  (JSON.parse(stdout) as { metadata: { error_code?: string; reason: string } }).metadata;

describe('a certificate', () => {
  test('of an unknown issuer is not trusted', async () => {
    const printed = await to(server.host, 'version');
    expect(printed.status).toBe(3);
    expect(metadataOf(printed).error_code).toBe('remote_unreachable');
    expect(metadataOf(printed).reason).toMatch(
      /has a certificate that is not trusted: .* To trust it, .*--cacert.*--pin.* Nothing was sent to it\./,
    );
    expect(server.requests).toEqual([]);
  });

  test('of a given issuer is trusted, for its own names only', async () => {
    const cacert = person.write('ca.pem', certificate.cert);
    expect((await to(server.host, '--cacert', cacert, 'version')).status).toBe(0);
    const named = await to(`localhost:${server.port}`, '--cacert', cacert, 'version');
    expect(named.status).toBe(0);
    const other = await to(`[::ffff:127.0.0.1]:${server.port}`, '--cacert', cacert, 'version');
    expect(other.status).toBe(3);
    expect(metadataOf(other).reason).toContain('it is for another name');
  });

  test('that is pinned is trusted, and no other, even with a known issuer', async () => {
    const cacert = person.write('ca.pem', certificate.cert);
    const colons = certificate.pin.replace(/(?<=:.*)(..)(?=.)/g, '$1:').toUpperCase();
    expect((await to(server.host, '--pin', colons.replace('SHA256', 'sha256'), 'version')).status).toBe(0);
    const wrong = await to(server.host, '--cacert', cacert, '--pin', `sha256:${'0'.repeat(64)}`, 'version');
    expect(wrong.status).toBe(3);
    expect(metadataOf(wrong).reason).toContain(`is ${certificate.pin}, which no --pin names`);
    expect(server.requests).toHaveLength(1);
  });

  test('is stored on the first use if requested, and from then on no other is trusted', async () => {
    const first = await to(server.host, '--pin', 'first-use', 'version');
    expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining(certificate.pin) as string });
    const file = join(person.home, '.config/whmapi1/fingerprints');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(`${server.host} ${certificate.pin}\n`);
    expect(await to(server.host, '--pin', 'first-use', 'version')).toMatchObject({ status: 0, stderr: '' });
    const { port } = server;
    await server.stop();
    server = await ScriptedServer.start(await makeCertificate(), port);
    const changed = await to(server.host, '--pin', 'first-use', 'version');
    expect(changed.status).toBe(3);
    expect(metadataOf(changed).reason).toMatch(/and was sha256:\w{64} before: nothing was sent/);
    expect(server.requests).toEqual([]);
  });

  test.each([
    [['--pin', 'sha256:12'], 'the 64 hexadecimal digits'],
    [['--pin', 'first-use', '--pin', `sha256:${'0'.repeat(64)}`], 'exclude each other'],
    [['--cacert', '/nowhere'], 'could not be read'],
    [['--cacert', '/dev/null'], 'does not contain a certificate'],
  ])('%j is rejected before anything is sent', async (words, sentence) => {
    const printed = await to(server.host, ...words, 'version');
    expect(printed).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence) as string,
    });
    expect(server.connections).toBe(0);
  });
});

describe('a call is retried', () => {
  const pinned = (...words: string[]) => to(server.host, '--pin', certificate.pin, ...words);
  const after = (failures: number, fail: (request: { socket: { destroy(): void } }) => void) => {
    let count = 0;
    server.script = (request) => {
      count += 1;
      if (count > failures) return ok({});
      fail(request);
      return undefined;
    };
  };

  test('if it reads and the connection was lost', async () => {
    after(2, ({ socket }) => socket.destroy());
    expect((await pinned('listaccts')).status).toBe(0);
    expect(server.requests).toHaveLength(3);
  });

  test('but no more than twice', async () => {
    after(9, ({ socket }) => socket.destroy());
    const printed = await pinned('listaccts');
    expect(printed.status).toBe(3);
    expect(metadataOf(printed).error_code).toBe('remote_unreachable');
    expect(server.requests).toHaveLength(3);
  });

  test.each(['killpkg', 'unknown_function', 'batch'])(
    'never if it may change something: %s',
    async (name) => {
      after(9, ({ socket }) => socket.destroy());
      const words = { killpkg: ['pkgname=a'], batch: ['command=version'] }[name] ?? [];
      const printed = await pinned(name, ...words);
      expect(printed.status).toBe(3);
      expect(metadataOf(printed)).toMatchObject({
        error_code: 'unknown_outcome',
        reason: expect.stringMatching(
          /is not known: the call was sent, and then the connection .* was lost/,
        ) as string,
      });
      expect(server.requests).toHaveLength(1);
    },
  );

  test('in any case if no connection was opened', async () => {
    const { port } = server;
    await server.stop();
    const call = pinnedAt(port, 'killpkg', 'pkgname=a');
    await new Promise((resume) => setTimeout(resume, 100));
    server = await ScriptedServer.start(certificate, port);
    expect((await call).status).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
  const pinnedAt = (port: number, ...words: string[]) =>
    to(`127.0.0.1:${port}`, '--pin', certificate.pin, ...words);

  test('if the server reports that it is overloaded', async () => {
    const times: number[] = [];
    server.script = (_request, reply) => {
      times.push(Date.now());
      if (times.length > 1) return ok({});
      reply.statusCode = 503;
      reply.setHeader('retry-after', '1');
      return 'later';
    };
    expect((await pinned('listaccts')).status).toBe(0);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('not if the server asks for a longer wait than the time limit', async () => {
    server.script = (_request, reply) => {
      reply.statusCode = 503;
      reply.setHeader('retry-after', '3600');
      return 'later';
    };
    expect((await pinned('listaccts')).status).toBe(3);
    expect(server.requests).toHaveLength(1);
  });

  test('on the same connection, if the server keeps it', async () => {
    server.script = (_request, reply) => {
      if (server.requests.length > 1) return ok({});
      reply.statusCode = 503;
      return 'later';
    };
    expect((await pinned('listaccts')).status).toBe(0);
    expect(server.connections).toBe(1);
  });

  test('after growing, varying pauses', () => {
    expect([pauseBefore(2, 0), pauseBefore(2, 1), pauseBefore(3, 0), pauseBefore(3, 1)]).toEqual([
      200, 400, 400, 800,
    ]);
    const asked = (value: string) =>
      askedPause({ status: 503, headers: { 'retry-after': value }, text: '' }, 0);
    expect(asked('5')).toBe(5000);
    expect(asked('Thu, 01 Jan 1970 00:00:07 GMT')).toBe(7000);
    expect(asked('soon')).toBeUndefined();
  });
});

describe('--timeout', () => {
  test.each([
    ['listaccts', [], 'remote_unreachable'],
    ['killpkg', ['pkgname=a'], 'unknown_outcome'],
  ])('ends %s', async (name, words, code) => {
    server.script = () => undefined;
    const printed = await to(server.host, '--pin', certificate.pin, '--timeout', '1', name, ...words);
    expect(printed.status).toBe(3);
    expect(metadataOf(printed).error_code).toBe(code);
    expect(metadataOf(printed).reason).toContain('did not answer within');
  });

  test('accepts whole seconds', async () => {
    const printed = await to(server.host, '--timeout', 'soon', 'version');
    expect(printed).toMatchObject({ status: 2, stderr: expect.stringContaining('a whole number') as string });
    expect(printed.stderr).not.toContain('soon');
  });
});

test('an incomplete response is not used', async () => {
  server.script = ({ socket }, reply) => {
    reply.setHeader('content-length', '1000');
    reply.write('{"metadata":', () => socket.destroy());
    return undefined;
  };
  const printed = await to(server.host, '--pin', certificate.pin, 'killpkg', 'pkgname=a');
  expect(metadataOf(printed).error_code).toBe('unknown_outcome');
});

describe('a port of another service', () => {
  test('is reported if it does not use TLS', async () => {
    const plain = createServer((_request, reply) => reply.end('hello'));
    await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done));
    const printed = await to(`127.0.0.1:${(plain.address() as AddressInfo).port}`, 'version');
    plain.close();
    expect(printed.status).toBe(3);
    expect(metadataOf(printed).reason).toMatch(/does not speak TLS|closed the connection/);
  });
});

describe('a proxy', () => {
  let proxy: Server;
  const seen: { target: string; login: string | undefined }[] = [];
  const before = { ...process.env };
  beforeEach(async () => {
    seen.length = 0;
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      seen.push({ target: request.url ?? '', login: request.headers['proxy-authorization'] });
      if (request.url?.startsWith('forbidden') === true) {
        return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n{"metadata":{"result":1}}');
      }
      const isByName = request.url?.includes('.example.com:') === true;
      const [name = '', port = ''] = (isByName ? server.host : request.url)?.split(':') ?? [];
      const onward = connect(Number(port), name, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      return undefined;
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    process.env.HTTPS_PROXY = `http://ann:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    process.env = { ...before };
    proxy.closeAllConnections();
    proxy.close();
  });

  test('is used if the environment names one, and cannot read the call', async () => {
    expect((await to(server.host, '--pin', certificate.pin, 'version')).status).toBe(0);
    const login = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    expect(seen).toEqual([{ target: server.host, login }]);
  });

  test.each([
    ['web.example.com', 'web.example.com:2087'],
    ['web.example.com:8443', 'web.example.com:8443'],
    ['web.example.com:443', 'web.example.com'],
  ])('leads to %s, which is requested as %s', async (host, named) => {
    expect((await to(host, '--pin', certificate.pin, 'version')).status).toBe(0);
    expect(server.requests.map(({ headers }) => headers.host)).toEqual([named]);
  });

  test('is not used if the environment excludes the server', async () => {
    process.env.NO_PROXY = '127.0.0.1';
    expect((await to(server.host, '--pin', certificate.pin, 'version')).status).toBe(0);
    expect(seen).toEqual([]);
  });

  test('that rejects is named, and its response is not used as the server’s', async () => {
    const printed = await to('forbidden.example.com', 'version');
    expect(printed.status).toBe(3);
    expect(metadataOf(printed).reason).toMatch(
      /^The proxy 127\.0\.0\.1:\d+ refused the way to forbidden\.example\.com: 407\.$/,
    );
    expect(printed.stdout).not.toContain('p@ss');
  });
});

describe('the token', () => {
  const pinned = (...words: string[]) => to(server.host, '--pin', certificate.pin, ...words);

  test('is read from a file that only its owner can read, without white space', async () => {
    const path = person.write('token', 'FROM\nFILE\n');
    expect((await pinned('--token-file', path, '--login', 'ann', 'version')).status).toBe(0);
    expect(server.requests[0]?.headers.authorization).toBe('whm ann:FROMFILE');
    const open = person.write('open', 'FROMFILE', 0o644);
    const refused = await pinned('--token-file', open, 'version');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`chmod 600 ${open}`);
    const empty = await pinned('--token-file', person.write('empty', '\n'), 'version');
    expect(empty.stderr).toContain('does not contain a token');
  });

  test('is in no output, whatever fails', async () => {
    const outputs = [];
    for (const body of ['', '{', '<html>', '{"error":"no"}']) {
      server.script = (_request, reply) => {
        reply.statusCode = body === '' ? 403 : 200;
        return body;
      };
      for (const name of ['listaccts', 'killpkg']) outputs.push(await pinned(name, 'pkgname=a'));
    }
    outputs.push(await to('127.0.0.1:1', '--timeout', '1', 'version'));
    expect(JSON.stringify(outputs)).not.toContain(TOKEN);
    expect(existsSync(join(person.home, 'state'))).toBe(false);
  });

  test.each([[['--token', TOKEN]], [[`--token=${TOKEN}`]]])('is not an option: %#', async (words) => {
    const { status, stderr } = await pinned(...words, 'version');
    expect(status).toBe(2);
    expect(stderr).toContain("unknown option '--token'");
    expect(stderr).not.toContain(TOKEN);
  });

  test('is never prompted for: without a token and a terminal the call fails', async () => {
    delete person.environment.WHMAPI1_TOKEN;
    const printed = await pinned('version');
    expect(printed.status).toBe(1);
    expect(metadataOf(printed).reason).toContain('There is no token and no session');
    expect(server.requests).toEqual([]);
  });
});

test.each([
  [['--token-file', 'x', 'version'], 'go with --host or --profile'],
  [['--host', 'https://a/b', 'version'], 'use HOST or HOST:PORT without https://'],
  [['--host', 'a b', 'version'], 'is not a server'],
  [['--host', 'a:99999', 'version'], 'is not a server'],
  [['--host', ',', 'version'], 'No server is named'],
  [['--host', '@nowhere', 'version'], 'neither a group nor a file'],
  [['--profile', 'nobody', 'version'], 'There is no profile “nobody”'],
  [['--host', 'a', '../login'], 'Invalid function name'],
])('%j is not a valid command line', async (words, sentence) => {
  const printed = await person.run(...words);
  expect(printed).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(sentence) as string,
  });
});
