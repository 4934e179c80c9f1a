// A running server loads another certificate without closing a connection; and which certificate has precedence.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { Authority, selfSigned } from '../support/certificates.ts';
import { itWith } from '../support/require-tool.ts';

const top = resolve(__dirname, '../..');
const run = promisify(execFile);

let folder: string;
const environment = () => ({ PATH: process.env.PATH, WHMAPI1_STATE_DIR: join(folder, 'state') });
const children = new Set<ChildProcess>();
const sockets = new Set<TLSSocket>();

beforeAll(() => {
  if (!existsSync(join(top, 'dist/whmapi1d.cjs')))
    throw new Error('There is no dist/: run `npm run build` first.');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1d-'));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  const ended = [...children].map((child) => new Promise((done) => child.once('exit', done)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the port of HTTPS, and all lines that the server has printed. */
async function start(...options: string[]): Promise<{ port: number; lines: string[] }> {
  const words = ['--port', '0', '--log-level', 'warn', '--no-tasks', ...options];
  const child = spawn(join(top, 'bin/whmapi1d'), words, {
    ...{ env: environment(), stdio: ['ignore', 'pipe', 'inherit'] },
  });
  children.add(child);
  const lines: string[] = [];
  return new Promise((ready, fail) => {
    child.once('exit', () => fail(new Error('The server ended.')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const [, port] = /^listening https:.*:(\d+)$/.exec(line) ?? [];
      if (port !== undefined) ready({ port: Number(port), lines });
    });
  });
}

interface Answer {
  metadata: { result: number; reason: string; output?: { warnings?: string[] } };
  data?: { services?: { service: string; certificate: string; key: string }[]; certificate?: string };
}

async function whmapi1(...words: string[]): Promise<Answer> {
  // The status is 1 for a call that failed.
  const { stdout } = await run(join(top, 'bin/whmapi1'), ['--output=json', ...words], {
    env: environment(),
  }).catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Answer;
}

function install({ crt, key }: { crt: string; key: string }, bundle = ''): Promise<Answer> {
  const texts = Object.entries({ crt, key, cabundle: bundle }).filter(([, text]) => text !== '');
  const words = texts.flatMap(([name, text]) => {
    const path = join(folder, `${name}.pem`);
    writeFileSync(path, text);
    return ['--file', `${name}=${path}`];
  });
  return whmapi1('install_service_ssl_certificate', 'service=cpanel', ...words);
}

function open(port: number): Promise<TLSSocket> {
  return new Promise((ready, fail) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => ready(socket));
    sockets.add(socket);
    socket.once('error', fail);
  });
}

/** The subjects of the certificates that a new connection gets, the server's own first. */
async function served(port: number): Promise<string[]> {
  const socket = await open(port);
  const subjects: string[] = [];
  for (let one = socket.getPeerX509Certificate(); one !== undefined; one = one.issuerCertificate) {
    const [, name = ''] = /^CN=(.*)$/m.exec(one.subject) ?? [];
    if (subjects.includes(name)) break;
    subjects.push(name);
  }
  socket.destroy();
  return subjects;
}

function ask(socket: TLSSocket): Promise<string> {
  return new Promise((done, fail) => {
    socket.once('close', () => fail(new Error('The connection was closed.')));
    socket.once('data', (bytes: Buffer) => done(bytes.toString().split('\r\n')[0] ?? ''));
    socket.write('GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });
}

it('loads an installed certificate with its chain; open connections stay; a restart keeps it', async () => {
  const root = await Authority.root('Root');
  const below = await root.intermediate('Below');
  const now = new Date();
  const until = new Date(now.getTime() + 86_400_000).toISOString();
  const given = await below.issue({ domains: ['panel.example.com'], until });
  const [one, two] = [await start(), await start()];
  const before = await open(one.port);
  expect(await ask(before)).toBe('HTTP/1.1 200 OK');

  expect((await install(given, below.crt)).metadata).toMatchObject({ result: 1 });
  // The call answers once both serve it.
  expect(await Promise.all([served(one.port), served(two.port)])).toEqual([
    ['panel.example.com', 'Below'],
    ['panel.example.com', 'Below'],
  ]);
  expect(await ask(before)).toBe('HTTP/1.1 200 OK');
  const again = await start();
  expect(await served(again.port)).toEqual(['panel.example.com', 'Below']);
  expect(again.lines.filter((line) => line.includes('self-signed'))).toEqual([]);

  const { data } = await whmapi1('reset_service_ssl_certificate', 'service=cpanel');
  const socket = await open(one.port);
  expect(socket.getPeerX509Certificate()?.toString()).toBe(data?.certificate);
  expect(await ask(before)).toBe('HTTP/1.1 200 OK');
});

it('is not replaced by a call while its options name another; fetch shows the one that is served', async () => {
  const option = await selfSigned({ domains: ['option.example.com'] });
  const [cert, key] = [join(folder, 'option.crt'), join(folder, 'option.key')];
  writeFileSync(cert, option.crt);
  writeFileSync(key, option.key);
  const { port } = await start('--tls-cert', cert, '--tls-key', key);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const { metadata } = await install(await selfSigned({ domains: ['other.example.com'], until }));
  expect(metadata.reason).toContain(`whmapi1d was started with the certificate “${cert}”`);
  expect(await served(port)).toEqual(['option.example.com']);
  const { data } = await whmapi1('fetch_service_ssl_components');
  expect(data?.services).toMatchObject([{ service: 'cpanel', certificate: option.crt, key: '' }]);
  expect(existsSync(join(folder, 'state/server.pem'))).toBe(false);
});

itWith(
  ['openssl'],
  'speaks TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only',
  async () => {
    const { port } = await start();
    const shake = async (...options: string[]) => {
      const words = ['s_client', '-connect', `127.0.0.1:${port}`, '-brief', ...options];
      const child = run('openssl', words);
      child.child.stdin?.end();
      const { stderr } = await child.catch((error: unknown) => error as { stderr: string });
      return /^Ciphersuite: (.+)$/m.exec(stderr)?.[1] ?? 'refused';
    };
    expect(await shake('-tls1_3')).toMatch(/^TLS_(?:AES|CHACHA20)/);
    expect(await shake('-tls1_2')).toMatch(/^ECDHE-ECDSA-(?:AES\d+-GCM|CHACHA20)/);
    // @SECLEVEL=0: the client itself would refuse some of these.
    const outdated = [
      ...[['-tls1'], ['-tls1_1']],
      ...[
        'AES128-GCM-SHA256',
        'ECDHE-ECDSA-AES128-SHA',
        'ECDHE-ECDSA-AES256-SHA384',
        'AES256-SHA',
        'NULL',
      ].map((name) => [...['-tls1_2', '-cipher', `${name}:@SECLEVEL=0`]]),
    ];
    const refuses = async () => {
      for (const options of outdated) {
        expect([options, await shake(...options)]).toEqual([options, 'refused']);
      }
    };
    await refuses();
    // Also with a certificate that it has loaded since.
    await whmapi1('reset_service_ssl_certificate', 'service=cpanel');
    await refuses();
    expect(await shake('-tls1_2')).toMatch(/^ECDHE-ECDSA-/);
  },
);
