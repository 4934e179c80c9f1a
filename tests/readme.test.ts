// The commands of the README and of docs/USING.md, run unchanged in bash, and by `npm run soak` in zsh too. tests/machine
// runs the commands for installing and testing.
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeAt } from '../src/capabilities/two-factor/rules/totp.ts';
import { freePort } from './support/free-port.ts';
import { itWith, type Tool } from './support/require-tool.ts';
import { isSoak } from './support/sixth.ts';

const readme = ['README.md', 'docs/USING.md'].map((path) => readFileSync(path, 'utf8')).join('\n');
const blocks = [...readme.matchAll(/```sh\n([^]*?)```/g)].map(([, text = '']) => text);

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'whmapi1-readme-'));
  mkdirSync(join(home, 'path'));
  for (const program of ['whmapi1', 'whmapi1d']) {
    symlinkSync(resolve('bin', program), join(home, 'path', program));
  }
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const SHELLS = ['bash', 'zsh'] as const;
type Shell = (typeof SHELLS)[number];

/** How each interactive shell reads a pasted line, without start files. zsh then does not recognise comments. */
const shells: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['bash', '-euo', 'pipefail', '-c'],
  zsh: ['zsh', '-f', '-i', '-eu', '-o', 'pipefail', '-c'],
};

function sh(script: string, shell: Shell = 'bash') {
  const [program = '', ...words] = shells[shell];
  return spawnSync(program, [...words, script], {
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

/** One test for each shell. */
function itInShells(name: string, test: (shell: Shell) => unknown, tools: readonly Tool[] = []): void {
  for (const shell of isSoak ? SHELLS : SHELLS.slice(0, 1)) {
    itWith(shell === 'zsh' ? ['zsh', ...tools] : tools, `${name} (${shell})`, async () => {
      await test(shell);
    });
  }
}

it('has no block of commands that is not tested', () => {
  expect(blocks.map((text) => text.split('\n')[0])).toEqual([
    // tests/machine runs it on a fresh Debian.
    'apt-get update',
    'npm ci && npm run deb',
    'apt-get install -y ./whmapi1_*.deb',
    'umask 077',
    'umask 077',
    // tests/machine runs it on a fresh Debian.
    'whmapi1 --backup /root/whmapi1.backup',
    'systemctl stop whmapi1d',
    'apt-get remove -y whmapi1',
    'apt-get purge -y whmapi1',
    'npm ci && npm test',
    'whmapi1 --help',
    // tests/machine/autossl.test.ts and tests/slow/autossl-dns-hook.test.ts make these calls.
    'whmapi1 get_autossl_providers',
    'adduser --system --group dns-hook',
    // tests/machine/mail.test.ts makes mailboxes by this command.
    'uapi --user=bob Email add_pop email=sales domain=bob.example password=... quota=500',
    // tests/http/mail-discovery.test.ts sets it.
    'whmapi1 set_tweaksetting key=autodiscover_proxy_subdomains value=1',
    // tests/machine/mail.test.ts traces mail by both commands.
    'uapi --user=bob Email trace_delivery recipient=sales@bob.example',
    // tests/machine/mail.test.ts.
    'whmapi1 set_tweaksetting key=maxemailsperhour value=200',
    'whmapi1 set_mta_sts_policy domain=bob.example mode=testing report_address=tls@bob.example',
    // tests/machine/spam.test.ts.
    'uapi --user=bob Email enable_spam_box',
    // tests/machine/mailing-lists.test.ts.
    `whmapi1 --wait start_profile_activation code=STANDARD 'optional={"MailingLists":1}'`,
    'whmapi1 --output=json twofactorauth_get_tfa_config_for_user user=bob |',
    'whmapi1 --configure',
  ]);
});

it('has no comments in its blocks, because an interactive zsh reads them as words', () => {
  expect(blocks.filter((text) => /(^|\s)#/m.test(text))).toEqual([]);
});

it('shows the example as the program prints it', () => {
  const secret = 'WJ73QJSKZBXCIFPZ';
  sh('whmapi1 twofactorauth_enable_policy');
  const { stdout } = sh(
    `whmapi1 twofactorauth_set_tfa_config secret=${secret} tfa_token=${codeAt(secret, Date.now())}`,
  );
  const [, shown] = /```console\n\$ whmapi1 [^\n]*\n([^]*?)```/.exec(readme) ?? [];
  expect(stdout).toBe(shown);
});

itInShells('runs every command in the section on use', (shell) => {
  const { status, stdout, stderr } = sh(block('whmapi1 --search'), shell);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('ann: You do not have a user named “ann”.');
  expect(stdout).toContain('dry_run: 1');
});

itInShells('creates a package, accounts and a reseller, and removes an account', (shell) => {
  const { status, stdout, stderr } = sh(block('addpkg name=gold'), shell);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('"domain":"ann.example"');
  expect(stdout).toContain('Rename the user “bob” to “robert”');
  expect(stdout).toContain('ann account removed');
  expect(readdirSync(join(home, 'state/root/home'))).toEqual(['bob']);
  expect(statSync(join(home, 'bob.password')).mode & 0o777).toBe(0o600);
});

itInShells(
  'starts the server, and calls it in three ways',
  async (shell) => {
    const secret = 'WJ73QJSKZBXCIFPZ';
    sh(`whmapi1 twofactorauth_set_tfa_config secret=${secret} tfa_token=${codeAt(secret, Date.now())}`);
    const script = block('whmapi1d --port')
      .replaceAll('2087', String(await freePort()))
      // The next one: a code is accepted once.
      .replace('227174', codeAt(secret, Date.now() + 30_000));
    const { status, stdout } = sh(script, shell);
    expect(status).toBe(0);
    expect(stdout).toContain('"acct":[]');
    expect(stdout.match(/"command":"version"/g)).toHaveLength(2);
    expect(stdout).not.toContain('"result":0');
  },
  ['curl'],
);

/** Runs a server on a free port during `work`. */
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

itInShells('calls remote servers', async (shell) => {
  const [, one = '', several = ''] = block('--configure').split('\n');
  const { stdout } = sh('whmapi1 --output=json api_token_create token_name=remote');
  const { data } = JSON.parse(stdout) as { data: { token: string } };
  writeFileSync(join(home, 'token'), data.token, { mode: 0o600 });
  await withServer('whmapi1d --port=2087', (port) => {
    const cacert = join(home, 'state/server.pem');
    const here = one.replace('web1.example.com', `127.0.0.1:${port} --cacert ${cacert}`);
    expect(sh(here, shell)).toMatchObject({ status: 0, stderr: '' });
    mkdirSync(join(home, '.config/whmapi1'), { recursive: true, mode: 0o700 });
    const group = `127.0.0.1:${port}", "localhost:${port}`;
    const profile = `[default]\ngroups.eu = ["${group}"]\ntoken-file = "${home}/token"\ncacert = "${cacert}"\n`;
    writeFileSync(join(home, '.config/whmapi1/config'), profile, { mode: 0o600 });
    const { status, stdout: answers } = sh(several, shell);
    expect(status).toBe(0);
    const hosts = answers
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { host: string }).host);
    expect(hosts.sort()).toEqual([`127.0.0.1:${port}`, `localhost:${port}`]);
  });
});

itInShells('copies secrets to another server', (shell) => {
  const config = { bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } };
  sh(`whmapi1 --input=json twofactorauth_set_tfa_config_for_user <<< '${JSON.stringify(config)}'`);
  const other = join(home, 'other');
  writeFileSync(
    join(home, 'path/ssh'),
    `#!/bin/sh\n[ "$1" = other ] || exit 9\nshift\nWHMAPI1_STATE_DIR='${other}' exec "$@"\n`,
    { mode: 0o755 },
  );
  expect(sh(block('ssh other'), shell)).toMatchObject({ status: 0, stderr: '' });
  expect(
    sh(`WHMAPI1_STATE_DIR='${other}' whmapi1 --output=json twofactorauth_get_tfa_config_for_user user=bob`)
      .stdout,
  ).toContain('"data":{"bob":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}');
});

itInShells('sets a mail policy for testing, and then enforces it', (shell) => {
  const create = 'whmapi1 createacct username=bob domain=bob.example\n';
  const { status, stdout } = sh(`${create}${block('set_mta_sts_policy')}`, shell);
  expect(status).toBe(0);
  expect(stdout.match(/^.*mode: \w+$/gm)?.at(-1)).toContain('enforce');
});
