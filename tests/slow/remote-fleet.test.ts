// One call to many servers: how many run at a time, how their responses are distinguished, and how a run is resumed.
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Person } from '../remote/person.ts';
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

const names = (count: number) => Array.from({ length: count }, (_, at) => server.address(at));
const run = (hosts: readonly string[], ...words: string[]) =>
  person.run('--host', hosts.join(','), '--pin', certificate.pin, ...words);
const hostOf = (headers: { host?: string | undefined }) => headers.host ?? '';
const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { host: string; metadata: Record<string, unknown>; data?: unknown });

describe('responses of several servers', () => {
  beforeEach(() => {
    server.script = ({ headers }) => ok({ acct: [{ user: hostOf(headers) }] });
  });

  test('are one document each in YAML', async () => {
    const { status, stdout } = await run(names(3), 'listaccts');
    expect(status).toBe(0);
    const documents = parseAllDocuments(stdout).map((one) => one.toJS() as { host: string });
    expect(documents).toHaveLength(3);
    for (const one of documents) {
      expect(one).toMatchObject({ data: { acct: [{ user: one.host }] }, metadata: { result: 1 } });
    }
    expect(stdout).toMatch(/^---\ndata:\n {2}acct:\n {4}-\n {6}user: 127\.1\.0\.\d:\d+\nhost: 127/);
  });

  test('are one object each in JSON, each on one line', async () => {
    const { stdout } = await run(names(3), '--output=json', 'listaccts');
    expect(
      lines(stdout)
        .map(({ host }) => host)
        .sort(),
    ).toEqual(names(3));
    expect(Object.keys(lines(stdout)[0] ?? {})).toEqual(['host', 'metadata', 'data']);
    const pretty = await run(names(2), '--output=jsonpretty', 'listaccts');
    expect(pretty.stdout).toMatch(/^\{\n {2}"host": [^]*\n\}\n\{\n {2}"host": [^]*\n\}\n$/);
  });

  test('are one document in XML', async () => {
    const { stdout } = await run(names(2), '--output=xml', '--parallel=1', 'listaccts');
    const [first = '', second = ''] = names(2);
    const result = (host: string) =>
      `<host name="${host}">\n<result>\n  <metadata>\n    <version>1</version>\n    <reason>OK</reason>\n` +
      `    <result>1</result>\n    <command>anything</command>\n  </metadata>\n  <data>\n    <acct>\n` +
      `      <user>${host}</user>\n    </acct>\n  </data>\n</result>\n</host>\n`;
    expect(stdout).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<hosts>\n${result(first)}${result(second)}</hosts>\n`,
    );
  });

  test('are under “answer” if they have no envelope', async () => {
    server.script = () => ({ one: '0.1' });
    const { stdout } = await run(names(2), '--output=json', '--parallel=1', 'loadavg');
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual({ host: names(1)[0], answer: { one: '0.1' } });
  });

  test('name their server even if a group or a file names only one', async () => {
    const file = person.write('list', `# those of the north\n\n ${server.host} # one\n`);
    const { stdout } = await run([`@${file}`], '--output=json', 'listaccts');
    expect(lines(stdout)).toMatchObject([{ host: server.host }]);
  });

  test('are written as they arrive', async () => {
    const [fast = '', slow = ''] = names(2);
    const isRead = new EventEmitter();
    const read = once(isRead, 'fast');
    server.script = async ({ headers, socket }) => {
      if (hostOf(headers) === slow) await read;
      else socket.once('close', () => isRead.emit('fast'));
      return ok({});
    };
    const { stdout } = await run([slow, fast], '--output=json', 'listaccts');
    expect(lines(stdout).map(({ host }) => host)).toEqual([fast, slow]);
  });

  test('are one table, or one CSV file, with the server in the first column', async () => {
    const [good = '', bad = '', other = ''] = names(3);
    server.script = ({ headers }) =>
      hostOf(headers) === bad
        ? ok(undefined, { result: 0, reason: 'No.' })
        : ok({ acct: [{ user: 'bob', plan: hostOf(headers) === other ? 'a,b' : 'gold' }] });
    const words = ['--parallel=1', 'listaccts', '--fields=user,plan'];
    const csv = await run([good, bad, other], '--output=csv', ...words);
    expect(csv).toEqual({
      status: 1,
      stdout: `host,user,plan\r\n${good},bob,gold\r\n${other},bob,"a,b"\r\n`,
      stderr: `whmapi1: ${bad}: No.\n`,
    });
    const { stdout } = await run([good, other], '--output=table', ...words);
    expect(stdout).toMatch(/^host +user +plan\n127\S+ +bob +gold\n127\S+ +bob +a,b\n$/);
    expect(server.requests.at(-1)?.body).toContain('api.columns.a=user');
  });

  test('are not written with --quiet, except failures', async () => {
    const [good = '', bad = ''] = names(2);
    server.script = ({ headers }) =>
      hostOf(headers) === bad ? ok(undefined, { result: 0, reason: 'No.' }) : ok({ acct: [] });
    for (const format of ['json', 'xml']) {
      const quiet = await run([good], `--output=${format}`, '--quiet', 'listaccts');
      expect(quiet).toEqual({ status: 0, stdout: '', stderr: '' });
      const { stdout } = await run([good, bad], `--output=${format}`, '--quiet', 'listaccts');
      expect(stdout).toContain(bad);
      expect(stdout).not.toContain(good);
    }
  });

  test('can be large', async () => {
    const acct = Array.from({ length: 3000 }, (_, at) => ({ user: `u${at}` }));
    server.script = () => ok({ acct });
    const { stdout } = await run(names(2), '--output=json', 'listaccts');
    expect(lines(stdout).map(({ data }) => data)).toEqual([{ acct }, { acct }]);
    const yaml = await run(names(2), 'listaccts');
    expect(parseAllDocuments(yaml.stdout)).toHaveLength(2);
    const xml = await run(names(2), '--output=xml', 'listaccts');
    expect(xml.stdout.match(/<\?xml/g)).toHaveLength(1);
  });
});

test('500 servers use no more connections than --parallel at a time', async () => {
  let now = 0;
  let most = 0;
  server.script = async () => {
    most = Math.max(most, ++now);
    await wait(20);
    now -= 1;
    return ok({});
  };
  const { status, stdout } = await run(names(500), '--output=json', '--parallel=20', 'listaccts');
  expect(status).toBe(0);
  expect(new Set(lines(stdout).map(({ host }) => host)).size).toBe(500);
  expect(server.connections).toBe(500);
  expect(most).toBeLessThanOrEqual(20);
  // Each may be opened again before the server notices that it was closed.
  expect(server.most).toBeLessThanOrEqual(40);
});

test.each([
  [8, 'unless told', []],
  [3, 'with --parallel=3', ['--parallel=3']],
])('%d servers at a time are called %s', async (wanted, _when, words) => {
  let now = 0;
  let most = 0;
  const reached = new EventEmitter();
  server.script = async () => {
    most = Math.max(most, ++now);
    // Nobody gets a response before this many are called, so calls that start too early are detected.
    if (most < wanted) await once(reached, 'wanted');
    else reached.emit('wanted');
    await wait(50);
    now -= 1;
    return ok({});
  };
  await run(names(30), ...words, 'listaccts');
  expect(most).toBe(wanted);
});

describe('the exit status', () => {
  const failing = (bad: string, how: 'reason' | 'lost') => {
    server.script = ({ headers, socket }) => {
      if (!hostOf(headers).startsWith(bad)) return ok({});
      if (how === 'reason') return ok(undefined, { result: 0, reason: 'No.' });
      socket.destroy();
      return undefined;
    };
  };

  test('is 1 if one has failed', async () => {
    failing(server.address(1), 'reason');
    const { status, stdout } = await run(names(4), '--output=json', 'killpkg', 'pkgname=a');
    expect(status).toBe(1);
    expect(lines(stdout)).toHaveLength(4);
  });

  test('is 3 if one was unreachable', async () => {
    failing(server.address(1), 'lost');
    const { status, stdout } = await run(names(4), '--output=json', 'killpkg', 'pkgname=a');
    expect(status).toBe(3);
    expect(lines(stdout).find(({ host }) => host === server.address(1))?.metadata).toMatchObject({
      error_code: 'unknown_outcome',
    });
  });

  test('is that of the first failure with --failfast, and no further server is called', async () => {
    failing(server.address(1), 'reason');
    const { status, stdout, stderr } = await run(
      ...([names(20), '--failfast', '--parallel=1', '--output=json'] as const),
      ...['killpkg', 'pkgname=a'],
    );
    expect(status).toBe(1);
    expect(lines(stdout)).toHaveLength(2);
    expect(stderr).toContain('18 servers were not called, because one had failed');
    expect(server.requests).toHaveLength(2);
  });

  test('is 0 with WHMAPI1_EXIT_STATUS=whm if every server has a response, and 1 if one was not called', async () => {
    person.environment = { ...person.environment, WHMAPI1_EXIT_STATUS: 'whm' };
    failing(server.address(1), 'reason');
    const words = ['--output=json', '--parallel=1', 'killpkg', 'pkgname=a'];
    expect((await run(names(4), ...words)).status).toBe(0);
    expect((await run([server.address(1)], ...words)).status).toBe(0);
    expect((await run(names(20), '--failfast', ...words)).status).toBe(1);
    failing(server.address(1), 'lost');
    expect((await run(names(4), ...words)).status).toBe(3);
  });

  test('is 0 if the reader of a pipe has stopped reading, and no further server is called', async () => {
    person.broken = { stdout: 'EPIPE' };
    expect(await run(names(20), '--parallel=2', 'listaccts')).toMatchObject({ status: 0, stderr: '' });
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});

describe('--resume', () => {
  const record = () => `${person.home}/run`;
  const failed = new Set<string>();
  const calledSince = (count: number) =>
    server.requests
      .slice(count)
      .map(({ headers }) => hostOf(headers))
      .sort();
  beforeEach(() => {
    failed.clear();
    server.script = ({ headers, socket }) => {
      const host = hostOf(headers);
      if (failed.has(`lost ${host}`)) {
        socket.destroy();
        return undefined;
      }
      return ok({}, failed.has(host) ? { result: 0, reason: 'No.' } : {});
    };
  });

  test('continues with servers that failed, and does not call completed ones', async () => {
    failed.add(server.address(1));
    const words = ['--resume', record(), '--output=json', 'killpkg', 'pkgname=a'];
    expect((await run(names(5), ...words)).status).toBe(1);
    expect(statSync(record()).mode & 0o777).toBe(0o600);
    failed.clear();
    const again = await run(names(6), ...words);
    expect(again).toMatchObject({ status: 0, stderr: 'whmapi1: 4 of 6 servers were already called.\n' });
    expect(calledSince(5)).toEqual([names(6)[1], names(6)[5]]);
    expect((await run(names(6), ...words)).stdout).toBe('');
    expect(server.requests).toHaveLength(7);
  });

  test('does not repeat a change whose outcome is unknown', async () => {
    failed.add(`lost ${server.address(1)}`);
    const words = ['--resume', record(), '--output=json', 'killpkg', 'pkgname=a'];
    expect((await run(names(3), ...words)).status).toBe(3);
    failed.clear();
    const again = await run(names(3), ...words);
    expect(again.status).toBe(3);
    expect(lines(again.stdout)).toMatchObject([
      { host: names(2)[1], metadata: { error_code: 'unknown_outcome' } },
    ]);
    expect(again.stdout).toContain('To have it called again, remove its lines from');
    expect(server.requests).toHaveLength(3);
  });

  test('keeps the progress even if nobody reads the responses any more', async () => {
    const words = ['--parallel=2', '--resume', record(), '--output=json', 'killpkg', 'pkgname=a'];
    person.broken = { stdout: 'EPIPE' };
    await run(names(6), ...words);
    const before = server.requests.length;
    expect(before).toBeGreaterThan(0);
    person.broken = {};
    expect((await run(names(6), ...words)).status).toBe(0);
    // Each once, in both runs together.
    expect(calledSince(0)).toEqual(names(6));
  });

  test('belongs to one call, and contains nothing of its arguments', async () => {
    const words = ['--resume', record(), 'some_function'];
    await run(names(2), ...words, 'password=Xylophone');
    expect(readFileSync(record(), 'utf8')).not.toContain('Xylophone');
    const other = await run(names(2), ...words, 'password=Other');
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toContain('with other arguments or another function');
    const foreign = await run(names(2), '--resume', person.write('notes', 'mine\n'), 'version');
    expect(foreign.stderr).toContain('is not the record of a run. It was not changed');
  });

  test('continues after a kill', async () => {
    const killed = async () => {
      const argv = [
        '--host',
        names(40).join(','),
        '--pin',
        certificate.pin,
        '--parallel=4',
        '--resume',
        record(),
      ];
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', resolve('src/cli/start.ts'), ...argv, '--output=json', 'listaccts'],
        { env: person.environment, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let printed = '';
      child.stdout.on('data', (piece: Buffer) => {
        printed += piece.toString();
        if (printed.split('\n').length > 10) child.kill('SIGKILL');
      });
      await new Promise((done) => child.once('close', done));
      return printed;
    };
    // The others wait until it is killed.
    let release = () => undefined as void;
    const isKilled = new Promise<void>((done) => (release = done));
    server.script = async () => {
      if (server.requests.length > 16) await isKilled;
      return ok({});
    };
    const before = await killed();
    expect(before.split('\n').length).toBeLessThan(40);
    release();
    const { status, stdout } = await run(
      ...([names(40), '--resume', record(), '--output=json', 'listaccts'] as const),
    );
    expect(status).toBe(0);
    const hosts = [...lines(before), ...lines(stdout)].map(({ host }) => host);
    // A call is recorded before its response is printed. If the kill comes in between, that response is not printed.
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(39);
    expect(new Set(server.requests.map(({ headers }) => hostOf(headers))).size).toBe(40);
    expect(server.requests.length).toBeLessThanOrEqual(44);
  });
});

test('a user sees the progress on standard error', async () => {
  person.seen = ['stderr'];
  const { stdout, stderr } = await run(names(3), '--output=json', 'listaccts');
  expect(stderr).toContain('3/3 servers, 0 failed');
  expect(lines(stdout)).toHaveLength(3);
  person.seen = [];
  expect((await run(names(3), '--output=json', 'listaccts')).stderr).toBe('');
});
