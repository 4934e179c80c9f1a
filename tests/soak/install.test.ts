// A stranger’s first minutes: a clone, the README’s command line, a package that is installed elsewhere, another
// version of Node.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { PseudoTerminal } from '../support/pseudo-terminal.ts';

const LTS = '26';

let home: string;
let clone: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'whmapi1-install-'));
  chmodSync(home, 0o755);
  clone = join(home, 'clone');
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(name))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(file, join(clone, file));
  }
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WHMAPI1_STATE_DIR: join(home, 'state'),
  };
}

function run(command: string, args: readonly string[], cwd = clone) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: environment(),
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

it('sets 2FA up from a clone with the README’s one command line', async () => {
  const terminal = new PseudoTerminal('npm ci && npm run enrol', { ...environment(), HOME: home }, clone);
  const shown = await terminal.until('Code that the app shows:', 550_000);
  const [, secret = ''] = /^secret: ([A-Z2-7]{16})$/m.exec(shown) ?? [];
  terminal.type(`${codeAt(secret, Date.now())}\n`);
  expect(await terminal.until('[Y/n]')).toContain('Two-factor authentication is set up for “root”.');
  terminal.type('n\n');
  expect(await terminal.status()).toBe(0);
  const configs = run('./bin/whmapi1', ['--output=json', 'twofactorauth_get_user_configs']);
  expect(JSON.parse(configs)).toMatchObject({ data: { root: { is_enabled: 1 } } });
});

it('installs from its package, with its man pages', () => {
  run('npm', ['pack', '--pack-destination', home]);
  const [tarball = ''] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
  run('npm', ['install', '--global', '--prefix', join(home, 'global'), join(home, tarball)], home);
  expect(run(join(home, 'global/bin/whmapi1'), ['version'])).toContain('result: 1');
  expect(existsSync(join(home, 'global/share/man/man1/whmapi1.1'))).toBe(true);
  expect(existsSync(join(home, 'global/share/man/man7/whmapi1-authentication.7'))).toBe(true);
  run('man', ['-M', join(home, 'global/share/man'), 'whmapi1'], home);
});

it(`runs on Node ${LTS}, for which it has no code cache`, () => {
  const other = join(home, 'other');
  mkdirSync(other);
  run('npm', ['install', '--prefix', other, `node@${LTS}`], other);
  const node = join(other, 'node_modules/node/bin/node');
  expect(run(node, ['--version'], home)).toMatch(new RegExp(`^v${LTS}\\.`));
  const installed = join(home, 'global/lib/node_modules/whmapi1');
  const program = join(installed, 'bin/whmapi1');
  const secret = 'JBSWY3DPEHPK3PXP';
  for (const format of ['yaml', 'json', 'xml']) {
    expect(run(node, [program, `--output=${format}`, 'twofactorauth_get_issuer'], home)).toContain('OK');
  }
  const configs = JSON.stringify({ bob: { primary_account: { secret } } });
  run(
    'bash',
    ['-c', `'${node}' '${program}' --input=json twofactorauth_set_tfa_config_for_user <<< '${configs}'`],
    home,
  );
  expect(run(node, [program, 'twofactorauth_get_tfa_config_for_user', 'user=bob'], home)).toContain(secret);
});
