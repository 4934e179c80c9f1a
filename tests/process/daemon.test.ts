// The built server as a process: TLS, clients of other kinds, signals, and the state after a kill.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { itWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

const top = resolve(__dirname, '../..');
const run = promisify(execFile);
const password = 'four unusual words, Xylophone';

let folder: string;
const environment = () => ({ PATH: process.env.PATH, WHMAPI1_STATE_DIR: join(folder, 'state') });
const children = new Set<ChildProcess>();

beforeAll(async () => {
  if (!existsSync(join(top, 'dist/whmapi1d.cjs')))
    throw new Error('There is no dist/: run `npm run build` first.');
  folder = mkdtempSync(join(tmpdir(), 'whmapi1d-'));
  writeFileSync(join(folder, 'password'), password);
  await whmapi1('passwd', 'user=root', '--file', `password=${join(folder, 'password')}`);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function whmapi1(
  ...words: string[]
): Promise<{ metadata: { result: number }; data: Record<string, unknown> }> {
  const { stdout } = await run(join(top, 'bin/whmapi1'), ['--output=json', ...words], { env: environment() });
  return JSON.parse(stdout) as { metadata: { result: number }; data: Record<string, unknown> };
}

interface Daemon {
  readonly child: ChildProcess;
  readonly url: string;
  readonly lines: readonly string[];
  readonly ended: Promise<number | null>;
}

/** Resolves once it reports where it listens. */
async function start(...options: string[]): Promise<Daemon> {
  const words = ['--port', '0', '--log-level', 'warn', ...options];
  const child = spawn(join(top, 'bin/whmapi1d'), words, {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const lines: string[] = [];
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const url = await new Promise<string>((ready, fail) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const [, address] = /^listening (https:\S+)$/.exec(line) ?? [];
      if (address !== undefined) ready(address);
    });
    void ended.then(() => fail(new Error(`The server ended: ${complaint}`)));
  });
  return { child, url, lines, ended };
}

async function curl(...words: string[]): Promise<string> {
  const options = ['--silent', '--show-error', '--max-time', '60'];
  return (await run('curl', [...options, ...words], { maxBuffer: 2 ** 26 })).stdout;
}

async function stop({ child, ended }: Daemon): Promise<number | null> {
  child.kill('SIGTERM');
  return ended;
}

itWith(['curl'], 'it creates its own certificate, once, which only its owner can read', async () => {
  const first = await start();
  expect(first.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const pem = join(folder, 'state/server.pem');
  expect(statSync(pem).mode & 0o777).toBe(0o600);
  expect(
    await curl('--cacert', pem, '-u', `root:${password}`, `${first.url}/json-api/version?api.version=1`),
  ).toContain('"result":1');
  expect(await stop(first)).toBe(0);
  const again = await start();
  expect(await stop(again)).toBe(0);
  const [, fingerprint] = first.lines;
  expect(fingerprint).toMatch(/^self-signed certificate, SHA-256 fingerprint [0-9A-F:]{95}$/);
  expect(again.lines[1]).toBe(fingerprint);
});

test('a stop while it still starts ends it, and leaves nothing', async () => {
  // The first line is printed before the sockets of commands exist.
  for (let round = 0; round < 3; round++) expect(await stop(await start())).toBe(0);
  expect(readdirSync(join(folder, 'state')).filter((name) => /^running|sock$/.test(name))).toEqual([]);
});

itWith(['curl'], 'it serves the OpenAPI document that the command line prints', async () => {
  const daemon = await start();
  const served = await curl('-k', `${daemon.url}/openapi.json`);
  const { stdout } = await run(join(top, 'bin/whmapi1'), ['--openapi'], {
    env: environment(),
    maxBuffer: 2 ** 26,
  });
  expect(JSON.parse(served)).toEqual(JSON.parse(stdout));
  expect(await stop(daemon)).toBe(0);
});

itWith(['curl'], 'curl and Python can call it in every way', async () => {
  const daemon = await start();
  const token = (await whmapi1('api_token_create', 'token_name=clients')).data.token as string;
  const version = `${daemon.url}/json-api/version?api.version=1`;
  expect(await curl('-k', '-H', `Authorization: whm root:${token}`, version)).toContain('"result":1');
  expect(await curl('-k', '--basic', '-u', `root:${password}`, version)).toContain('"result":1');
  const jar = join(folder, 'cookies');
  const login = await curl(
    ...[
      '-k',
      '-c',
      jar,
      '--data-urlencode',
      `pass=${password}`,
      '-d',
      'user=root&login_only=1',
      `${daemon.url}/login`,
    ],
  );
  const { security_token: way } = JSON.parse(login) as { security_token: string };
  expect(await curl('-k', '-b', jar, `${daemon.url}${way}/json-api/version?api.version=1`)).toContain(
    '"result":1',
  );
  const script = `
import http.cookiejar, json, ssl, sys, urllib.parse, urllib.request
url, token, password, ca = sys.argv[1:]
tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
jar = http.cookiejar.CookieJar()
opener = urllib.request.build_opener(tls, urllib.request.HTTPCookieProcessor(jar))
ask = urllib.request.Request(url + '/json-api/version?api.version=1', headers={'Authorization': 'WHM root:' + token})
print(json.load(opener.open(ask))['metadata']['result'])
form = urllib.parse.urlencode({'user': 'root', 'pass': password, 'login_only': 1}).encode()
way = opener.open(url + '/login', form).headers['Location']
print(json.load(opener.open(url + way + 'json-api/version?api.version=1'))['metadata']['result'])
`;
  const args = ['-c', script, daemon.url, token, password, join(folder, 'state/server.pem')];
  expect((await run('python3', args)).stdout).toBe('1\n1\n');
  await stop(daemon);
});

itWith(['curl', 'openssl'], 'it uses a given certificate, and reads it again on SIGHUP', async () => {
  const [cert, key] = [join(folder, 'given.cert'), join(folder, 'given.key')];
  const make = (name: string) =>
    run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ]);
  await make('first');
  const daemon = await start('--tls-cert', cert, '--tls-key', key);
  const ask = () =>
    curl('--cacert', cert, '-o', join(folder, 'page'), '-w', '%{http_code}', `${daemon.url}/login`);
  expect(await ask()).toBe('200');
  await make('second');
  await expect(ask()).rejects.toThrow(/certificate/);
  daemon.child.kill('SIGHUP');
  await until(async () => (await ask().catch(() => '')) === '200', 'the new certificate was served');
  await stop(daemon);
});

itWith(['curl'], 'it uses a new certificate of its own once its hostname was set', async () => {
  const daemon = await start();
  const pem = join(folder, 'state/server.pem');
  const former = join(folder, 'former.pem');
  copyFileSync(pem, former);
  const ask = (trusted: string) => {
    const { port } = new URL(daemon.url);
    const url = `https://web1.example.net:${port}/login`;
    const there = `web1.example.net:${port}:127.0.0.1`;
    return curl(
      ...['--cacert', trusted, '--resolve', there, '-o', join(folder, 'page'), '-w', '%{http_code}', url],
    );
  };
  await whmapi1('sethostname', 'hostname=web1.example.net');
  await until(async () => (await ask(pem).catch(() => '')) === '200', 'the new certificate was served');
  await expect(ask(former)).rejects.toThrow(/certificate/);
  await stop(daemon);
});

itWith(['curl'], 'SIGTERM ends it, also after the strength of a password was checked', async () => {
  const daemon = await start();
  const { data } = await whmapi1('api_token_create', 'token_name=judge');
  const answer = await curl(
    ...[
      '-k',
      '-H',
      `Authorization: whm root:${data.token as string}`,
      '--data-urlencode',
      `password=${password}`,
    ],
    ...['-d', 'api.version=1&username=judy&domain=judy.example', `${daemon.url}/json-api/createacct`],
  );
  expect(answer).toContain('"result":1');
  expect(await stop(daemon)).toBe(0);
});

test('SIGTERM lets requests in progress finish', async () => {
  const daemon = await start();
  const { data } = await whmapi1('api_token_create', 'token_name=under-way');
  const body = 'api.version=1&issuer=Xylophone';
  const call = request(`${daemon.url}/json-api/twofactorauth_set_issuer`, {
    method: 'POST',
    rejectUnauthorized: false,
    agent: false,
    headers: {
      authorization: `whm root:${data.token as string}`,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  call.flushHeaders();
  // The server has the head and waits for the rest: the call is in progress.
  await once(call, 'continue');
  daemon.child.kill('SIGTERM');
  await expect(refusing(daemon.url)).resolves.toBe('ECONNREFUSED');
  call.end(body);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  expect(await text(answer)).toContain('"result":1');
  expect(await daemon.ended).toBe(0);
  expect((await whmapi1('twofactorauth_get_issuer')).data.issuer).toBe('Xylophone');
});

test('SIGTERM does not wait for connections on which no request arrives', async () => {
  const daemon = await start();
  const port = Number(new URL(daemon.url).port);
  const silent = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  const shy = Array.from({ length: 10 }, () =>
    tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  );
  await Promise.all([
    ...silent.map((one) => once(one, 'connect')),
    ...shy.map((one) => once(one, 'secureConnect')),
  ]);
  for (const one of shy.slice(5)) one.write('GET /json-api/version HTTP/1.1\r\nHost: x\r\n');
  for (const one of [...silent, ...shy]) one.on('error', () => undefined);
  const began = performance.now();
  expect(await stop(daemon)).toBe(0);
  expect(performance.now() - began).toBeLessThan(6000);
});

test('a port that is in use, and a mistyped option, are said in one line', async () => {
  const daemon = await start();
  const { port } = new URL(daemon.url);
  const refused = async (...words: string[]) => {
    const { code, stderr } = await run(join(top, 'bin/whmapi1d'), words, { env: environment() }).then(
      () => ({ code: 0, stderr: '' }),
      (cause: unknown) => cause as { code: number; stderr: string },
    );
    return [code, stderr];
  };
  expect(await refused(`--port=${port}`)).toEqual([
    1,
    `whmapi1d: Another program already listens on the port ${port} at 127.0.0.1. Find it with: ss -ltnp sport = :${port}. ` +
      'Stop it, or choose another port (whmapi1d --help).\n',
  ]);
  expect(await refused('--prot=2087')).toEqual([
    2,
    "whmapi1d: unknown option '--prot'. Did you mean --port?\n",
  ]);
  await stop(daemon);
});

/** Sends requests until nobody listens any more. Returns the reason of the failure. */
async function refusing(url: string): Promise<string | undefined> {
  const { port } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch (error) {
      // Connections that were in the queue when the server stopped listening are reset. The next one is refused.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ECONNRESET') return code;
    } finally {
      socket.destroy();
    }
  }
}

itWith(
  ['curl'],
  'two servers on one state directory act as one: a change of one takes effect at once in the other',
  async () => {
    const [one, two] = [await start(), await start()];
    const { data } = await whmapi1('api_token_create', 'token_name=both');
    const header = `Authorization: whm root:${data.token as string}`;
    const call = ({ url }: Daemon, query: string) => curl('-k', '-H', header, `${url}/json-api/${query}`);
    await call(one, 'twofactorauth_set_issuer?api.version=1&issuer=Shared');
    expect(await call(two, 'twofactorauth_get_issuer?api.version=1')).toContain('"issuer":"Shared"');
    await call(two, 'api_token_revoke?api.version=1&token_name=both');
    expect(await call(one, 'version?api.version=1')).toContain('Access denied');
    await Promise.all([stop(one), stop(two)]);
  },
);

itWith(['curl'], 'kill -9 under load loses nothing that was acknowledged', async () => {
  const daemon = await start();
  const { data } = await whmapi1('api_token_create', 'token_name=load');
  const header = `Authorization: whm root:${data.token as string}`;
  const acknowledged: string[] = [];
  const worker = async (number: number) => {
    for (let count = 0; ; count++) {
      const name = `p${number}x${count}`;
      try {
        const answer = await curl(
          '-k',
          '-H',
          header,
          `${daemon.url}/json-api/addpkg?api.version=1&name=${name}`,
        );
        if (answer.includes('"result":1')) acknowledged.push(name);
      } catch {
        return;
      }
    }
  };
  const workers = [1, 2, 3, 4].map(worker);
  await until(() => acknowledged.length > 40, 'forty were acknowledged');
  daemon.child.kill('SIGKILL');
  await Promise.all(workers);
  const { pkg } = (await whmapi1('listpkgs')).data as { pkg: { name: string }[] };
  expect(acknowledged.filter((name) => !pkg.some((one) => one.name === name))).toEqual([]);
  const again = await start();
  expect(await curl('-k', '-H', header, `${again.url}/json-api/listpkgs?api.version=1`)).toContain(
    '"result":1',
  );
  await stop(again);
});

itWith(['curl'], 'accounts log in on a port of their own, with a session', async () => {
  await whmapi1(
    'createacct',
    'username=bob',
    'domain=bob.example',
    '--file',
    `password=${join(folder, 'password')}`,
  );
  const daemon = await start('--account-port', '0');
  await until(() => daemon.lines.some((line) => line.endsWith(' for accounts')), 'the second port is open');
  const [, accounts = ''] = /listening (https:\S+) for accounts/.exec(daemon.lines.join('\n')) ?? [];
  const cookies = join(folder, 'cookies');
  const logIn = async (url: string, user: string) =>
    JSON.parse(
      await curl(
        ...['-k', '-c', cookies, '--data-urlencode', `pass=${password}`],
        ...['-d', `user=${user}&login_only=1`, `${url}/login/`],
      ),
    ) as { status: number; security_token?: string };
  expect(await logIn(accounts, 'root')).toMatchObject({ status: 0 });
  expect(await logIn(daemon.url, 'bob')).toMatchObject({ status: 0 });
  const { status, security_token: token = '' } = await logIn(accounts, 'bob');
  expect(status).toBe(1);
  const call = (url: string) =>
    curl('-k', '-b', cookies, `${url}${token}/execute/DomainInfo/primary_domain`).then(
      (text) => JSON.parse(text) as object,
    );
  expect(await call(accounts)).toMatchObject({ status: 1, data: { primary_domain: 'bob.example' } });
  expect(await call(daemon.url)).not.toMatchObject({ status: 1 });
  expect(await curl('-k', '-b', cookies, `${accounts}${token}/`)).toContain('<h1>');
  await stop(daemon);
});

test.each([
  [['--no-accounts', '--account-port', '0'], 2, '--account-port and --no-accounts exclude each other.'],
  [['--port', '99999'], 2, 'Use a port number from 0 to 65535.'],
  [['--tls-cert', '/nowhere'], 2, '--tls-cert and --tls-key belong together'],
  [
    ['--bind', '0.0.0.0', '--http-port', '0'],
    2,
    'Plain HTTP at 0.0.0.0 would expose passwords to the network',
  ],
  [['--wrong'], 2, "unknown option '--wrong'"],
  [['extra'], 2, 'too many arguments'],
])('%j is rejected with a message', async (words, status, sentence) => {
  const refused = run(join(top, 'bin/whmapi1d'), words, { env: environment() });
  await expect(refused).rejects.toMatchObject({
    code: status,
    stderr: expect.stringContaining(sentence) as string,
  });
});

itWith(['curl'], 'the log on standard error reports rejected logins, and contains no secret', async () => {
  const daemon = await start();
  let log = '';
  daemon.child.stderr?.on('data', (bytes: Buffer) => (log += bytes.toString()));
  await curl('-k', '-d', 'user=root&pass=SecretQuagmire&login_only=1', `${daemon.url}/login`);
  await stop(daemon);
  expect(log).toContain('login refused');
  expect(log).not.toContain('Quagmire');
  expect(readFileSync(join(folder, 'state/audit.log'), 'utf8')).not.toContain('Quagmire');
});
