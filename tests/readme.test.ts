// The README's commands, run as they stand. Those that begin with `npm ci` are run by tests/slow/install.test.ts.
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeAt } from '../src/model/totp.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```sh\n([^]*?)```/g)].map(([, text = '']) => text);

jest.setTimeout(30_000);

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'whmapi1-readme-'));
  mkdirSync(join(home, 'path'));
  for (const program of ['whmapi1', 'whmapi1d']) {
    symlinkSync(resolve('bin', program), join(home, 'path', program));
  }
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function sh(script: string) {
  return spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    env: {
      PATH: `${join(home, 'path')}:${process.env.PATH ?? ''}`,
      HOME: home,
      WHMAPI1_STATE_DIR: join(home, 'state'),
    },
    cwd: home,
  });
}

function block(has: string): string {
  const found = blocks.filter((text) => text.includes(has));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

it('has no block of commands that no test runs', () => {
  expect(blocks.map((text) => text.split('\n')[0])).toEqual([
    'npm ci && npm run enrol',
    './bin/whmapi1 twofactorauth_generate_tfa_config',
    'npm ci && npm test',
    'whmapi1 --help                                       # options, and every function that works on a line',
    'whmapi1 --output=json twofactorauth_get_tfa_config_for_user user=bob |',
    'whmapi1 addpkg name=gold quota=10240 maxpop=50',
    'whmapi1 passwd user=root --file password=./root.password   # in a sandbox; elsewhere root has one',
    'whmapi1 --configure                                        # asks, and writes a profile',
    // By tests/postgres/readme.test.ts.
    'createuser --pwprompt whmapi1                               # as PostgreSQL’s administrator',
    'whmapi1 --forget-server web3.example.com --dry-run          # shows what it has',
  ]);
});

it('shows the example as the program answers it', () => {
  const secret = 'WJ73QJSKZBXCIFPZ';
  sh('whmapi1 twofactorauth_enable_policy');
  const { stdout } = sh(
    `whmapi1 twofactorauth_set_tfa_config secret=${secret} tfa_token=${codeAt(secret, Date.now())}`,
  );
  const [, shown] = /```console\n\$ whmapi1 [^\n]*\n([^]*?)```/.exec(readme) ?? [];
  expect(stdout).toBe(shown);
});

it('sets 2FA up with the three calls', () => {
  const secret = 'WJ73QJSKZBXCIFPZ';
  writeFileSync(join(home, 'secret'), `${secret}\n`);
  const script = block('./bin/whmapi1')
    .replaceAll('./bin/whmapi1', 'whmapi1')
    .replace('CODE', codeAt(secret, Date.now()));
  expect(sh(script)).toMatchObject({ status: 0, stderr: '' });
  expect(sh('whmapi1 --output=json twofactorauth_get_user_configs').stdout).toContain(
    '"root":{"is_enabled":1',
  );
});

it('runs every command of the section on use', () => {
  const script = block('whmapi1 --help | grep');
  const { status, stdout, stderr } = sh(script);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('ann: You do not have a user named “ann”.');
  expect(stdout).toContain('dry_run: 1');
});

it('makes a package, accounts and a reseller, and takes an account away again', () => {
  writeFileSync(join(home, 'bob.password'), 'four unusual words, Xylophone\n');
  const { status, stdout, stderr } = sh(block('addpkg name=gold'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('"domain":"ann.example"');
  expect(stdout).toContain('Rename the user “bob” to “robert”');
  expect(stdout).toContain('ann account removed');
  expect(readdirSync(join(home, 'state/root/home'))).toEqual(['bob']);
});

/** A server on a free port, while `work` is done. */
async function withServer(start: string, work: (port: string) => void): Promise<void> {
  const server = spawn('bash', ['-c', `exec ${start.replace('=2087', '=0')}`], {
    env: { PATH: `${join(home, 'path')}:${process.env.PATH ?? ''}`, WHMAPI1_STATE_DIR: join(home, 'state') },
  });
  try {
    const line = await new Promise<string>((done) =>
      server.stdout.once('data', (bytes: Buffer) => done(bytes.toString())),
    );
    work(/^listening https:\/\/127\.0\.0\.1:(\d+)$/m.exec(line)?.[1] ?? '');
  } finally {
    server.kill();
  }
}

it('starts the server, and calls it', async () => {
  writeFileSync(join(home, 'root.password'), 'four unusual words, Xylophone\n');
  const [passwd = '', start = '', ask = '', create = '', askAgain = ''] =
    block('whmapi1d --port').split('\n');
  expect(sh(passwd)).toMatchObject({ status: 0 });
  await withServer(start, (port) => {
    const here = (command: string) => sh(command.replace(':2087', `:${port}`)).stdout;
    expect(here(ask.replace('-u root', "-u 'root:four unusual words, Xylophone'"))).toContain('"acct":[]');
    const [, token = ''] = /token: (\w+)\n/.exec(here(create)) ?? [];
    expect(here(askAgain.replace('TOKEN', token))).toContain('"result":1');
  });
});

it('calls remote servers', async () => {
  const [, one = '', several = ''] = block('--configure').split('\n');
  const { stdout } = sh('whmapi1 --output=json api_token_create token_name=remote');
  const { data } = JSON.parse(stdout) as { data: { token: string } };
  writeFileSync(join(home, 'token'), data.token, { mode: 0o600 });
  await withServer('whmapi1d --port=2087', (port) => {
    const cacert = join(home, 'state/server.pem');
    const here = one.replace('web1.example.com', `127.0.0.1:${port} --cacert ${cacert}`);
    expect(sh(here)).toMatchObject({ status: 0, stderr: '' });
    mkdirSync(join(home, '.config/whmapi1'), { recursive: true, mode: 0o700 });
    const group = `127.0.0.1:${port}", "localhost:${port}`;
    const profile = `[default]\ngroups.eu = ["${group}"]\ntoken-file = "${home}/token"\ncacert = "${cacert}"\n`;
    writeFileSync(join(home, '.config/whmapi1/config'), profile, { mode: 0o600 });
    const { status, stdout: answers } = sh(several);
    expect(status).toBe(0);
    const hosts = answers
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { host: string }).host);
    expect(hosts.sort()).toEqual([`127.0.0.1:${port}`, `localhost:${port}`]);
  });
});

it('moves secrets to another server', () => {
  const config = { bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } };
  sh(`whmapi1 --input=json twofactorauth_set_tfa_config_for_user <<< '${JSON.stringify(config)}'`);
  const other = join(home, 'other');
  writeFileSync(
    join(home, 'path/ssh'),
    `#!/bin/sh\n[ "$1" = other ] || exit 9\nshift\nWHMAPI1_STATE_DIR='${other}' exec "$@"\n`,
    { mode: 0o755 },
  );
  expect(sh(block('ssh other'))).toMatchObject({ status: 0, stderr: '' });
  expect(
    sh(`WHMAPI1_STATE_DIR='${other}' whmapi1 --output=json twofactorauth_get_tfa_config_for_user user=bob`)
      .stdout,
  ).toContain('"data":{"bob":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}');
});
