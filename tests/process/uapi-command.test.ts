// The command uapi: root names an account; a user of the machine acts for its own, through its socket.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountSockets } from '../../src/http/account-sockets.ts';
import { Installation } from '../support/installation.ts';
import { Terminal } from '../support/terminal.ts';

const password = 'correct horse battery staple 7';
const top = join(__dirname, '../..');
const build = readFileSync(join(top, 'dist/build-id'), 'latin1');
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

let here: Installation;
let sockets: AccountSockets;
let directory: string;
let program: string;
const uids = new Map<string, number>();

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve', 'carol']) {
    await here.call('createacct', { username, domain: `${username}.example`, password });
    uids.set(username, await uidOf(username));
  }
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sockets-'));
  chmodSync(folder, 0o711);
  // Other users may not be able to read the checkout.
  for (const part of ['bin', 'dist']) cpSync(join(top, part), join(folder, part), { recursive: true });
  program = join(folder, 'bin/uapi');
  directory = join(folder, 'accounts');
  sockets = new AccountSockets(here.application, build);
  await sockets.start(directory);
});
afterAll(async () => {
  await sockets.close();
  rmSync(join(directory, '..'), { recursive: true, force: true });
  here.remove();
});

async function uidOf(user: string): Promise<number> {
  const { data } = await here.call('accountsummary', { user });
  return Number((data?.acct as unknown as { uid: string }[])[0]?.uid);
}

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function uapi(
  words: readonly string[],
  { uid, env = {} }: { uid?: number; env?: Record<string, string> },
): Promise<Run> {
  return new Promise((resolve) => {
    const options = {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', WHMAPI1_SOCKETS: directory, ...env },
      cwd: '/',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    };
    const child = execFile(
      process.execPath,
      [uid === undefined ? join(top, 'bin/uapi') : program, ...words],
      options,
      (_error, stdout, stderr) => {
        resolve({ status: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

/** Sends a text to a socket, and returns everything that comes back. */
function exchange(name: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect({ path: join(directory, name), allowHalfOpen: true }, () => socket.end(text));
    socket.on('data', (piece) => (reply += piece.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(reply);
    });
  });
}

it('acts for the account in --user, as root', async () => {
  const { status, stdout } = await uapi(['--user=bob', '--output=json', 'DomainInfo', 'list_domains'], {
    env: here.environment as Record<string, string>,
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    apiversion: 3,
    module: 'DomainInfo',
    func: 'list_domains',
    result: { status: 1, data: { main_domain: 'bob.example' } },
  });
});

it('accepts the names of a function as documents write them', async () => {
  const { status, stdout } = await uapi(['--user=bob', '--output=json', 'DomainInfo::list_domains'], {
    env: here.environment as Record<string, string>,
  });
  expect([status, JSON.parse(stdout)]).toMatchObject([0, { func: 'list_domains', result: { status: 1 } }]);
});

itAsRoot(
  'lists the domains of all accounts for root, as acme.sh asks, and names the account otherwise',
  async () => {
    const env = here.environment as Record<string, string>;
    const { status, stdout } = await uapi(['DomainInfo', 'list_domains'], { env });
    expect(status).toBe(0);
    expect(stdout).toContain('\n    addon_domains:\n');
    for (const [user] of uids) expect(stdout).toContain(`- ${user}.example\n`);
    expect(stdout).not.toContain('status: 0');
    const other = await uapi(['Email', 'list_pops'], { env });
    expect([other.status, other.stderr]).toEqual([
      2,
      expect.stringContaining('Name it: uapi --user=NAME Email list_pops.'),
    ]);
  },
);

it('exits with 1 if the function fails, and says why', async () => {
  const { status, stdout } = await uapi(['--user=bob', '--output=json', 'DomainInfo', 'nothing'], {
    env: here.environment as Record<string, string>,
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ result: { status: 0, data: null } });
});

it('names the help of uapi after a failure', async () => {
  const terminal = new Terminal();
  terminal.environment = here.environment;
  for (const [words, hint] of [
    [['DomainInfo', 'nothing'], 'uapi --help DomainInfo lists the functions of this module.\n'],
    [['Backup', 'list_backups'], 'uapi --help lists the modules, uapi --help MODULE the functions of one.\n'],
    [['SubDomain', 'addsubdomain'], 'uapi --help SubDomain addsubdomain explains the parameters.\n'],
  ] as const) {
    const { status, stderr } = await terminal.run('--uapi', '--user=bob', ...words);
    expect({ words, status, stderr }).toEqual({ words, status: 1, stderr: hint });
  }
  terminal.remove();
});

it('refuses other words with a usage line', async () => {
  const terminal = new Terminal();
  for (const [words, message] of [
    [
      ['DomainInfo'],
      'Name a module and a function with a space between them, such as DomainInfo list_domains.',
    ],
    [['../x', 'y'], '“../x” is not the name of a module or function.'],
    [['user=bob', 'Email', 'list_pops'], 'The account is an option: uapi --user=bob Email list_pops'],
    [['--frobnicate', 'a', 'b'], 'unknown option'],
    [['--filter=domain=a', 'DomainInfo', 'domains_data'], 'uapi filters and sorts by arguments'],
    [['--sort=domain', 'DomainInfo', 'domains_data'], 'uapi filters and sorts by arguments'],
    [['--fields=domain', 'DomainInfo', 'domains_data'], 'uapi filters and sorts by arguments'],
    [['--host=h1', 'DomainInfo', 'list_domains'], 'uapi calls functions of this server only'],
    [['--timeout=5', 'DomainInfo', 'list_domains'], 'uapi calls functions of this server only'],
    [['--tasks', 'DomainInfo', 'list_domains'], 'An option of this line belongs to whmapi1'],
  ] as const) {
    const { status, stderr } = await terminal.run('--uapi', ...words);
    expect([words, status, stderr]).toEqual([words, 2, expect.stringContaining(`uapi: ${message}`)]);
    expect(stderr).toContain('Usage: uapi ');
  }
  terminal.remove();
});

itAsRoot('acts for the user that calls it', async () => {
  for (const [user, uid] of uids) {
    const { status, stdout } = await uapi(['--output=json', 'DomainInfo', 'list_domains'], { uid });
    expect([user, status]).toEqual([user, 0]);
    expect(JSON.parse(stdout)).toMatchObject({ result: { data: { main_domain: `${user}.example` } } });
    // A socket that only the user can open.
    const stats = statSync(join(directory, `${uid}.sock`));
    expect([stats.uid, stats.mode & 0o777]).toEqual([uid, 0o600]);
  }
  expect(here.audit().at(-1)).toMatchObject({ caller: 'carol', function: 'DomainInfo::list_domains' });
});

itAsRoot('refuses a user that is not an account', async () => {
  const { status, stdout } = await uapi(['--output=json', 'DomainInfo', 'list_domains'], { uid: 65_534 });
  expect(status).toBe(1);
  expect(stdout).toContain('The user you are logged in as is not an account of this server.');
});

itAsRoot('says that the server does not run', async () => {
  const env = { WHMAPI1_SOCKETS: join(directory, 'nothing') };
  const { status, stdout } = await uapi(['--output=json', 'DomainInfo', 'list_domains'], {
    uid: 65_534,
    env,
  });
  expect(status).toBe(3);
  expect(stdout).toContain('whmapi1d is not running as root');
});

itAsRoot('refuses a suspended account, and one that was removed meanwhile', async () => {
  const uid = uids.get('eve') ?? 0;
  const before = await uapi(['--output=json', 'DomainInfo', 'list_domains'], { uid });
  expect(before.stdout).toContain('eve.example');
  await here.call('suspendacct', { user: 'eve' });
  const suspended = await uapi(['--output=json', 'DomainInfo', 'list_domains'], { uid });
  expect(suspended.stdout).toContain('The account “eve” is suspended.');
  await here.call('removeacct', { username: 'eve' });
  const removed = await uapi(['--output=json', 'DomainInfo', 'list_domains'], { uid });
  expect(removed.stdout).toContain('The user you are logged in as is not an account of this server.');
});

describe('the sockets', () => {
  itAsRoot('are there for each account without a question, and end with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sockets-'));
    const own = new AccountSockets(here.application, build);
    const pathOf = (uid: number) => join(folder, `accounts/${uid}.sock`);
    const until = async (uid: number, isThere: boolean) => {
      while (existsSync(pathOf(uid)) !== isThere) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await own.start(join(folder, 'accounts'));
    const carol = uids.get('carol') ?? 0;
    await until(carol, true);
    const found = statSync(pathOf(carol));
    expect([found.uid, found.mode & 0o777]).toEqual([carol, 0o600]);
    await here.call('createacct', { username: 'olga', domain: 'olga.example', password });
    const newest = await uidOf('olga');
    await until(newest, true);
    await here.call('removeacct', { username: 'olga' });
    await until(newest, false);
    expect(existsSync(pathOf(carol))).toBe(true);
    await own.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('do not wait for a silent client when the server stops', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sockets-'));
    const own = new AccountSockets(here.application, build);
    await own.start(join(folder, 'accounts'));
    const socket = connect(join(folder, 'accounts/request.sock'));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.on('connect', resolve));
    // The server has accepted the connection once another one was answered.
    const second = connect(join(folder, 'accounts/request.sock'), () => second.end('x'));
    await new Promise((resolve) => second.on('close', resolve).resume());
    await own.close();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([['x'], ['-1'], ['1e3'], ['99999999999'], ['4294967295'], ['']])(
    'are not made for the ID %j',
    async (id) => {
      expect(await exchange('request.sock', id)).toBe('none');
    },
  );

  itAsRoot.each([
    ['not JSON'],
    ['{"module":"DomainInfo"}'],
    ['{"module":"DomainInfo","func":"list_domains","args":[1]}'],
    ['[]'],
    ['null'],
  ])('end a connection that sends %j', async (text) => {
    const uid = uids.get('bob') ?? 0;
    await exchange('request.sock', String(uid));
    expect(await exchange(`${uid}.sock`, text)).toBe('');
  });

  itAsRoot('read a request of several MiB, and end a connection that sends more than 16', async () => {
    const uid = uids.get('bob') ?? 0;
    await exchange('request.sock', String(uid));
    const ask = (size: number) => {
      const args = [{ name: 'domain', value: 'é'.repeat(size / 2) }];
      return exchange(
        `${uid}.sock`,
        JSON.stringify({ module: 'DomainInfo', func: 'single_domain_data', args }),
      );
    };
    expect(await ask(5 * 2 ** 20)).toContain('domain');
    expect(await ask(17 * 2 ** 20).catch(() => '')).toBe('');
  });

  /** Connects and sends nothing. */
  const hold = (name: string) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(join(directory, name), () => resolve(socket));
      socket.on('error', reject);
    });

  it('answer clients that ask, although another one holds many connections there', async () => {
    const held = await Promise.all(Array.from({ length: 60 }, () => hold('request.sock')));
    const closed = held.map((socket) => new Promise((resolve) => socket.on('close', resolve).resume()));
    expect(await exchange('request.sock', 'x')).toBe('none');
    // Also those that may stay do not stay long.
    await Promise.all(closed);
  });

  itAsRoot('let a user call who shares the server with one that holds all its connections', async () => {
    const [bob = 0, other = 0] = [uids.get('bob'), uids.get('carol')];
    for (const uid of [bob, other]) expect(await exchange('request.sock', String(uid))).toBe('ready');
    const held = await Promise.all(Array.from({ length: 8 }, () => hold(`${bob}.sock`)));
    const text = '{"module":"DomainInfo","func":"primary_domain","args":[]}';
    expect(await exchange(`${bob}.sock`, text)).toBe('busy');
    expect(await exchange(`${bob}.sock`, 'x'.repeat(2 ** 22))).toBe('busy');
    expect(await exchange(`${other}.sock`, text)).toContain('carol.example');
    // The command waits until there is a place.
    const waiting = uapi(['--output=json', 'DomainInfo', 'primary_domain'], { uid: bob });
    setTimeout(() => held.forEach((socket) => socket.destroy()), 1500);
    expect((await waiting).stdout).toContain('bob.example');
  });

  itAsRoot('let users call while three processes of another one take all connections they can', async () => {
    const [bob = 0, other = 0] = [uids.get('bob'), uids.get('carol')];
    expect(await exchange('request.sock', String(other))).toBe('ready');
    // A new account, which nobody has asked for a socket.
    await here.call('createacct', { username: 'nina', domain: 'nina.example', password });
    const newest = await uidOf('nina');
    // They fill the queue of everybody’s socket faster than the server can empty it, and hold what they get.
    const flood = `
      use Socket;
      $| = 1;
      my (@held, $said);
      while (1) {
        socket(my $socket, PF_UNIX, SOCK_STREAM, 0);
        connect($socket, pack_sockaddr_un("$ARGV[0]/request.sock")) or next;
        push @held, $socket;
        print "ready\\n" if @held > 400 and not $said++;
        splice(@held, 0, 100) if @held > 500;
      }`;
    const attackers = Array.from({ length: 3 }, () =>
      spawn('perl', ['-e', flood, directory], {
        ...{ uid: bob, gid: bob, cwd: '/', env: {} },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const ended = attackers.map((attacker) => new Promise((resolve) => attacker.once('close', resolve)));
    try {
      await Promise.all(
        attackers.map(({ stdout }) => new Promise((resolve) => stdout.once('data', resolve))),
      );
      for (const [uid, domain] of [
        [newest, 'nina.example'],
        [other, 'carol.example'],
      ] as const) {
        const { status, stdout } = await uapi(['--output=json', 'DomainInfo', 'primary_domain'], { uid });
        expect([status, stdout]).toEqual([0, expect.stringContaining(domain)]);
      }
    } finally {
      for (const attacker of attackers) attacker.kill('SIGKILL');
      await Promise.all(ended);
    }
  });

  it('are not taken from another server that runs', async () => {
    const second = new AccountSockets(here.application, build);
    await expect(second.start(directory)).rejects.toThrow('Another server');
    expect(existsSync(join(directory, 'request.sock'))).toBe(true);
  });
});
