// The native command uapi, dist/uapi: as root through the socket of the state directory, and as an ordinary user through
// that user's socket. It prints what the program in Node prints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { frame, FrameReader } from '../../src/command-socket/frames.ts';
import { auditLog } from '../process/state.ts';
import {
  AccountCommand,
  exampleLines,
  isInStore,
  isNative,
  isRoot,
  lasting,
  NO_NODE,
  sandbox,
  top,
} from '../support/account-command.ts';
import { run, type Options } from '../support/command.ts';
import { compileClient } from '../support/compiled-client.ts';
import { until } from '../support/until.ts';

const describeNative = isNative ? describe : describe.skip;
const describeAsRoot = isNative && isRoot ? describe : describe.skip;

let here: AccountCommand;
const servers: Server[] = [];
const held: Socket[] = [];

// One account for all tests: most only read. Each starts its own server.
beforeAll(async () => (here = await AccountCommand.create('uapi')));
afterAll(() => here.remove());
afterEach(() => {
  for (const socket of held.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  rmSync(here.directory, { recursive: true, force: true });
});

describeNative('as the owner of the installation', () => {
  test('calls in the store print the same with a server and without', async () => {
    const server = await here.serve();
    await here.untilServed();
    const chosen = await exampleLines('uapi', 6, isInStore);
    for (const words of chosen) {
      const argv = ['--user=bob', ...words];
      const [own, expected] = [await here.natively(argv), await here.inNode(argv)];
      expect([argv, lasting(own)]).toEqual([argv, lasting(expected)]);
    }
    const ways = auditLog(here.state).lines.filter(({ through: way }) => way === 'whmapi1d');
    // On a busy machine, some were not taken in time.
    expect(ways.length).toBeGreaterThan(chosen.length / 4);
    await server.stop();
  });

  test('makes the calls itself that are not for the server', async () => {
    const server = await here.serve();
    await here.untilServed();
    const before = auditLog(here.state).lines.length;
    const list: [string[], Options?][] = [
      [[]],
      [['--help']],
      [['--user=bob', '--help', 'DomainInfo']],
      [['--user=bob', 'DomainInfo']],
      [['--user=bob', '../x', 'y']],
      [['--user=bob', 'Nothing', 'nothing']],
      [['--frobnicate', 'a', 'b']],
      [['--user=bob', 'SubDomain', 'addsubdomain']],
      [['--user=bob', '--dry-run', 'Mysql', 'create_database', 'name=bob_x']],
      [['--user=bob', '--input=json', 'DomainInfo', 'primary_domain'], { input: '{' }],
      [['--user=bob', 'DomainInfo', 'primary_domain'], { env: { TZ: 'Asia/Tokyo' } }],
    ];
    for (const [argv, options] of list) {
      expect([argv, await here.natively(argv, options)]).toEqual([argv, await here.inNode(argv, options)]);
    }
    // Without --user, root is told to name the account; an ordinary user has no socket here.
    const argv = ['DomainInfo', 'primary_domain'];
    expect(await here.natively(argv)).toEqual(await here.inNode(argv));
    expect(
      auditLog(here.state)
        .lines.slice(before)
        .filter(({ through: way }) => way !== undefined),
    ).toEqual([]);
    await server.stop();
  });

  test('sends the server its standard input if the call reads it', async () => {
    const server = await here.serve();
    for (const [argv, input] of [
      [['--user=bob', '--input=json', 'DomainInfo', 'single_domain_data'], '{"domain": "bob.example"}'],
      [['--user=bob', '--file', 'domain=-', 'DomainInfo', 'single_domain_data'], 'bob.example\n'],
    ] as const) {
      const expected = await here.inNode(argv, { input });
      expect(expected.stdout).toContain('bob.example');
      await until(async () => {
        expect(await here.natively(argv, { input })).toEqual(expected);
        return auditLog(here.state).lines.at(-1)?.through === 'whmapi1d';
      });
    }
    await server.stop();
  });

  test('makes its calls itself without a server', async () => {
    const argv = ['--user=bob', '--output=json', 'DomainInfo', 'list_domains'];
    expect(await here.natively(argv)).toEqual(await here.inNode(argv));
    expect((await here.natively(['--version', '--verbose'])).stdout).toContain('its own process');
  });
});

const UNKNOWN =
  'uapi: The server ended the connection without a complete response. The call may have been executed: check before you retry it.\n';

/** What the native command does that cannot start Node. */
const ALONE = { status: NO_NODE, stdout: '' };

describeAsRoot('as an ordinary user', () => {
  beforeAll(() => here.copyProgram());
  // Some tests compile another command in its place.
  afterEach(() => copyFileSync(join(top, 'dist/uapi'), join(here.folder, 'dist/uapi')));

  async function ready() {
    const server = await here.serve();
    await here.untilUserIsServed();
    return server;
  }

  test('calls of every kind print the same as in Node, through the socket of the user', async () => {
    const server = await ready();
    const kinds = await exampleLines('uapi', 12);
    const further = [
      ['Nothing', 'nothing'],
      ['--output=json', 'DomainInfo', 'nothing'],
      ['SubDomain', 'addsubdomain'],
      ['-q', 'DomainInfo', 'primary_domain'],
      ['--output=table', '--color=always', 'DomainInfo', 'domains_data', 'api.sort_column=domain'],
      ['DomainInfo', 'single_domain_data', 'domain=b%C3%BCcher.example', 'password=x'],
      ['--version'],
    ];
    let taken = 0;
    for (const argv of [...kinds, ...further]) {
      const [one, other] = [await here.served(argv), await here.node(argv)];
      // It was not taken in time.
      if (one.status === NO_NODE) continue;
      taken++;
      expect([argv, lasting(one)]).toEqual([argv, lasting(other)]);
    }
    expect(taken).toBeGreaterThan(kinds.length / 4);
    // Only the first calls that fail have lines.
    expect(auditLog(here.state).lines).toContainEqual(
      expect.objectContaining({ caller: 'bob', function: 'DomainInfo::domains_data', result: 1 }),
    );
    await server.stop();
  });

  test('standard input is sent to the server', async () => {
    const server = await ready();
    for (const [argv, input] of [
      [['--input=json', 'DomainInfo', 'single_domain_data'], '{"domain": "bob.example"}'],
      [['--file', 'domain=-', 'DomainInfo', 'single_domain_data'], 'bob.example\n'],
    ] as const) {
      const expected = await here.node(argv, { input });
      await until(async () => {
        const result = await here.served(argv, { input });
        if (result.status === NO_NODE) return false;
        expect(result).toEqual(expected);
        return true;
      });
    }
    await server.stop();
  });

  test('lines that are not for the server are left to Node', async () => {
    const server = await ready();
    const secret = join(here.folder, 'secret');
    const list: [string[], Options?][] = [
      [['--help', 'DomainInfo']],
      [['DomainInfo']],
      [['--user=bob', 'DomainInfo', 'primary_domain']],
      [['--input=json', 'DomainInfo', 'primary_domain'], { input: '{' }],
      [['--file', `domain=${secret}`, 'DomainInfo', 'single_domain_data']],
      [['DomainInfo', 'primary_domain'], { env: { NODE_OPTIONS: '--no-warnings' } }],
      [['DomainInfo', 'primary_domain', ...Array.from({ length: 1000 }, (_one, at) => `a${at}=1`)]],
    ];
    for (const [argv, options] of list) {
      expect([argv, await here.served(argv, options)]).toMatchObject([argv, ALONE]);
      expect([argv, await here.own(argv, options)]).toEqual([argv, await here.node(argv, options)]);
    }
    await server.stop();
  });

  test('the server of another build is not used', async () => {
    const server = await ready();
    compileClient(join(here.folder, 'dist/uapi'), { NAME: 'uapi', NODE: '/nowhere', BUILD: 'another' });
    expect(await here.served(['DomainInfo', 'primary_domain'])).toMatchObject(ALONE);
    await server.stop();
  });

  /** A server of the test's own at the place of the user's socket. `answer` gets each frame. */
  async function pretend(answer: (socket: Socket, type: string) => void): Promise<string[]> {
    mkdirSync(here.directory, { mode: 0o711 });
    const frames: string[] = [];
    const server = createServer((socket) => {
      held.push(socket.on('error', () => undefined));
      const reader = new FrameReader(2 ** 20);
      socket.on('data', (piece) => {
        for (const { type } of reader.add(piece)) {
          frames.push(type);
          answer(socket, type);
        }
      });
    });
    servers.push(server);
    const path = join(here.directory, `${here.uid}.sock`);
    server.listen(path);
    await once(server, 'listening');
    chmodSync(path, 0o666);
    return frames;
  }

  const words = ['DomainInfo', 'primary_domain'];

  test('a silent socket is left after a moment, before anything was run', async () => {
    const frames = await pretend(() => undefined);
    expect(await here.served(words)).toMatchObject(ALONE);
    expect(frames).toEqual(['R']);
  });

  test('a call that was begun is not made again', async () => {
    compileClient(join(here.folder, 'dist/uapi'), { NAME: 'uapi', PATIENCE_MS: 60_000 });
    const frames = await pretend((socket, type) => {
      if (type === 'R') socket.write(frame('A'));
      else socket.destroy();
    });
    expect(await here.own(words)).toEqual({ status: 3, signal: null, stdout: '', stderr: UNKNOWN });
    expect(frames).toEqual(['R', 'G']);
  });

  test.each([
    ['belongs to another user', 65_534, 0o711],
    ['belongs to the user', undefined, 0o711],
    ['can be written by a group', 0, 0o731],
    ['can be written by others', 0, 0o713],
  ])('nothing is sent if the directory %s', async (_name, owner, mode) => {
    const frames = await pretend((socket) => socket.write(frame('A')));
    chownSync(here.directory, owner ?? here.uid, 0);
    chmodSync(here.directory, mode);
    expect(await here.served(words)).toMatchObject(ALONE);
    // Nor by the program in Node, unless the directory is the user's own.
    if (owner !== undefined) {
      const { status, stdout } = await here.own(words);
      expect([status, stdout]).toEqual([3, expect.stringContaining('is not used, because')]);
    }
    expect(frames).toEqual([]);
  });

  test('nothing is sent to a process of another user', async () => {
    mkdirSync(here.directory, { mode: 0o711 });
    const script =
      'import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); ' +
      'os.setuid(65534); s.listen(5); print("ready", flush=True); c, _ = s.accept(); print("got", len(c.recv(9)), flush=True)';
    const attacker = spawn('python3', ['-c', script, join(here.directory, `${here.uid}.sock`)]);
    let printed = '';
    attacker.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    await until(() => printed.includes('ready'));
    expect(await here.served(words)).toMatchObject(ALONE);
    await until(() => printed.includes('got'));
    expect(printed).toContain('got 0');
    attacker.kill();
  });

  test('a connection that sends garbage is closed, and others are served', async () => {
    const server = await ready();
    const build = readFileSync(join(top, 'dist/build-id'), 'latin1');
    // As much as the server reads of a request: it is declined, because its fields are not those of a command line.
    const fields = [
      build,
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      'x',
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '1',
      'DomainInfo',
      '',
    ];
    for (const bytes of [
      Buffer.concat([frame('R', Buffer.from(fields.join('\0'))), frame('G')]),
      frame('R', Buffer.alloc(9)),
      frame('R', Buffer.alloc(600_000)),
      Buffer.concat([frame('R', Buffer.from('x')), frame('F', Buffer.alloc(2))]),
      Buffer.from('RRRRRRRR'),
    ]) {
      const socket = connect(join(here.directory, `${here.uid}.sock`));
      socket.on('error', () => undefined).resume();
      socket.write(bytes);
      await new Promise((resume) => socket.once('close', resume));
    }
    await until(async () => (await here.served(words)).stdout.includes('bob.example'));
    await server.stop();
  });

  // Last, because it removes the account.
  test('a suspended account and one that was removed are refused in the same way', async () => {
    const server = await ready();
    const argv = ['--output=json', 'DomainInfo', 'primary_domain'];
    const ownSocket = join(here.directory, `${here.uid}.sock`);
    for (const [words, reason] of [
      [['suspendacct', 'user=bob'], 'is suspended'],
      [['removeacct', 'username=bob'], 'is not an account'],
    ] as const) {
      expect((await run(words, { state: here.state, env: sandbox })).status).toBe(0);
      const expected = await here.node(argv);
      expect(expected.stdout).toContain(reason);
      await until(async () => {
        const result = await here.served(argv);
        // The server closes the socket of a removed account within two seconds.
        if (result.status === NO_NODE) return words[0] === 'removeacct' && !existsSync(ownSocket);
        expect(result).toEqual(expected);
        return true;
      });
    }
    await server.stop();
  });
});
