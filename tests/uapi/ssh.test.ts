// The modules SSH and KnownHosts. ssh-keygen is the real one. What sshd and ssh-keyscan print is given.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineTools, ToolWord } from '../../src/core/machine-daemons.ts';
import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { itWith } from '../support/require-tool.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let keys: string[];
let scanned: readonly ToolWord[];
let settings: string;

beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
  keys = [];
  scanned = [];
  settings = '';
  const { machine } = here.engine;
  const outbound = new Outbound({
    lookup: async (name) => [
      { address: name === 'inside.example' ? '10.0.0.5' : '93.184.215.14', family: 4 },
    ],
  });
  here.overrides.machine = {
    ...machine,
    outbound: async () => outbound,
    tools: async (declared) => {
      const real = await machine.tools(declared);
      const outputs: Record<string, () => string> = {
        'ssh-keyscan': () => keys.map((key) => `93.184.215.14 ${key}\n`).join(''),
        sshd: () => settings,
      };
      const run: MachineTools['run'] = async (name, words, options) => {
        const output = outputs[name];
        if (output === undefined) return real.run(name, words, options);
        scanned = words;
        return { status: 0, stdout: output(), stderr: '' };
      };
      const has = async (name: string) => name in outputs || real.has(name);
      return { has, run, find: (pattern) => real.find(pattern) };
    },
  };
});
afterEach(() => here.remove());

function newKey(name: string, type = 'ed25519'): string {
  const file = join(here.directory, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}
const file = () => join(here.state, 'root/home/bob/.ssh/known_hosts');
const content = () => (existsSync(file()) ? readFileSync(file(), 'utf8') : '');
const known = (name: string, args: Record<string, string> = {}) =>
  here.uapi('bob', `KnownHosts::${name}`, { host_name: 'git.example', ...args });

test('SSH::get_port shows what sshd says', async () => {
  expect((await here.uapi('bob', 'SSH::get_port')).errors).toEqual(['This server has no SSH server.']);
  mkdirSync(join(here.state, 'root/etc/ssh'), { recursive: true });
  writeFileSync(join(here.state, 'root/etc/ssh/sshd_config'), 'Include x\n');
  settings = 'usepam yes\nport 2222\nport 22\ngatewayports no\n';
  expect((await here.uapi('bob', 'SSH::get_port')).data).toEqual({ port: 2222 });
});

test('SSH::get_shell shows the shell of the user', async () => {
  const shell = async () => (await here.uapi('bob', 'SSH::get_shell')).data;
  await here.call('modifyacct', { user: 'bob', HASSHELL: '0' });
  expect(await shell()).toEqual({ has_terminal_access: 0, shell: '/usr/sbin/nologin' });
  await here.call('modifyacct', { user: 'bob', HASSHELL: '1' });
  expect(await shell()).toEqual({ has_terminal_access: 1, shell: '/bin/bash' });
});

describe('KnownHosts', () => {
  itWith(['ssh-keygen'], 'KnownHosts::create adds keys, and does not replace any', async () => {
    const first = newKey('first');
    keys = [first];
    const { data } = await known('create', { port: '2222' });
    expect(scanned.slice(-3)).toEqual(['2222', '--', '93.184.215.14']);
    expect(content()).toBe(`[git.example]:2222 ${first}\n`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const { host } = data as { host: { meta: Record<string, string> }[] };
    const printed = execFileSync('ssh-keygen', ['-l', '-f', join(here.directory, 'first.pub')]).toString();
    expect(printed).toContain(host[0]?.meta['sha256-printable']);
    const md5 = execFileSync('ssh-keygen', ['-l', '-E', 'md5', '-f', join(here.directory, 'first.pub')]);
    expect(md5.toString()).toContain(host[0]?.meta['md5-printable']);
    // Again, and with another algorithm.
    keys = [first, newKey('rsa', 'ecdsa')];
    expect((await known('create', { port: '2222' })).status).toBe(1);
    expect(content().split('\n')).toHaveLength(3);
    keys = [newKey('second')];
    expect((await known('create', { port: '2222' })).errors?.[0]).toContain('run KnownHosts::update');
    expect(content().split('\n')).toHaveLength(3);
  });

  itWith(['ssh-keygen'], 'KnownHosts::verify, KnownHosts::update and KnownHosts::delete', async () => {
    keys = [newKey('first')];
    expect((await known('verify')).data).toMatchObject({ status: 0, failure_type: 'new' });
    await known('create');
    expect((await known('verify')).data).toMatchObject({ status: 1, failure_type: '', errors: [] });
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file()], { stdio: 'ignore' });
    writeFileSync(file(), `# my servers\n${content()}`);
    expect(content()).not.toContain('git.example');
    expect((await known('verify')).data).toMatchObject({ status: 1 });
    keys = [newKey('second')];
    const changed = await known('verify');
    expect(changed.data).toMatchObject({ status: 0, failure_type: 'changed' });
    expect((await known('update')).status).toBe(1);
    expect(content()).toBe(`# my servers\ngit.example ${keys[0]}\n`);
    expect((await known('delete', { port: '23' })).errors?.[0]).toContain('does not have the server');
    expect((await known('delete')).status).toBe(1);
    expect(content()).toBe('# my servers\n');
    expect((await known('update')).errors?.[0]).toContain('does not have the server');
  });

  itWith(['ssh-keygen'], 'KnownHosts loses no change of calls at once', async () => {
    here.overrides.randomBytes = async (count) => randomBytes(count);
    keys = [newKey('first')];
    const hosts = ['a.example', 'b.example', 'c.example', 'd.example'];
    const created = await Promise.all(hosts.map((host) => known('create', { host_name: host })));
    expect(created.map(({ status, errors }) => [status, errors])).toEqual(hosts.map(() => [1, null]));
    const names = () =>
      content()
        .split('\n')
        .map((line) => line.split(' ')[0])
        .sort();
    expect(names()).toEqual(['', ...hosts]);
    await Promise.all([
      known('delete', { host_name: 'a.example' }),
      known('create', { host_name: 'e.example' }),
      known('update', { host_name: 'b.example' }),
    ]);
    expect(names()).toEqual(['', 'b.example', 'c.example', 'd.example', 'e.example']);
  });

  itWith(['ssh-keygen'], 'asks no private address, and follows no link out of the home', async () => {
    keys = [newKey('first')];
    for (const host of ['inside.example', '127.0.0.1', '::1', '169.254.169.254', '::ffff:10.0.0.1']) {
      const { errors } = await known('create', { host_name: host });
      expect([host, errors?.[0]]).toEqual([host, expect.stringContaining('not a public address')]);
    }
    expect((await known('create', { host_name: '-oProxyCommand=x' })).errors?.[0]).toContain('host_name');
    expect(scanned).toEqual([]);
    mkdirSync(join(here.state, 'root/home/bob/.ssh'));
    const outside = join(here.directory, 'outside');
    writeFileSync(outside, 'secret\n');
    symlinkSync(outside, file());
    expect((await known('create')).status).toBe(0);
    expect(readFileSync(outside, 'utf8')).toBe('secret\n');
  });

  itWith(['ssh-keygen'], 'a server that does not respond changes nothing', async () => {
    expect((await known('create')).errors?.[0]).toContain(
      'No SSH server responded at “git.example”, port 22',
    );
    expect(content()).toBe('');
  });
});
