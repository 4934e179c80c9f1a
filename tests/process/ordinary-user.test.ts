// An ordinary user’s own installation: where it is, and that nothing is written anywhere else.
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { freshFolder, readAnswer, run, program, type Options } from '../support/command.ts';
import { modeOf } from './state.ts';

/** nobody, if the tests run as root, otherwise the current user. */
const USER = process.getuid?.() === 0 ? 65534 : undefined;
const FILES = ['audit.log', 'store.db'];

const here = freshFolder();
beforeEach(() => {
  chmodSync(here.path, 0o755);
  for (const name of ['home', 'cwd', 'states']) {
    const folder = join(here.path, name);
    mkdirSync(folder, { mode: 0o700 });
    if (USER !== undefined) chownSync(folder, USER, USER);
  }
  installForEverybody();
});

it('keeps its state in $XDG_STATE_HOME/whmapi1, and creates parent folders, accessible only for the user', async () => {
  await expectStored({ XDG_STATE_HOME: join(here.path, 'states/deep/down') });
  expect(written()).toEqual([
    ...['states/deep', 'states/deep/down', 'states/deep/down/whmapi1'],
    ...FILES.map((name) => `states/deep/down/whmapi1/${name}`),
  ]);
  for (const name of ['deep', 'deep/down/whmapi1'])
    expect(modeOf(join(here.path, 'states', name))).toBe('700');
});

// tests/store/state-directory.test.ts has the other values.
it('keeps its state in ~/.local/state/whmapi1 if XDG_STATE_HOME is not set', async () => {
  await expectStored({ XDG_STATE_HOME: undefined });
  expect(written()).toEqual([
    'home/.local',
    'home/.local/state',
    'home/.local/state/whmapi1',
    ...FILES.map((name) => `home/.local/state/whmapi1/${name}`),
  ]);
  expect(modeOf(join(here.path, 'home/.local/state/whmapi1'))).toBe('700');
});

it('prefers WHMAPI1_STATE_DIR to both, also as a relative path', async () => {
  await expectStored({ WHMAPI1_STATE_DIR: 'mine', XDG_STATE_HOME: join(here.path, 'states') });
  expect(written()).toEqual(['cwd/mine', ...FILES.map((name) => `cwd/mine/${name}`)]);
});

// Then only the password database has a home directory. That of nobody does not exist, so the call fails.
it.each(['', 'home', './home'])(
  'writes nothing below the working directory if HOME is “%s”',
  async (home) => {
    if (USER === undefined)
      return expectNothingInCwd({ HOME: home, XDG_STATE_HOME: join(here.path, 'states') });
    return expectNothingInCwd({ HOME: home });
  },
);

it('names the owner of a state directory that belongs to another user', async () => {
  const me = USER ?? process.getuid?.();
  const { status, stdout } = await run(
    ['--output=json', 'version'],
    optionsWith({ WHMAPI1_STATE_DIR: '/usr' }),
  );
  expect(status).toBe(3);
  expect(readAnswer(stdout)?.metadata).toMatchObject({
    error_code: 'store_insecure',
    reason: `“/usr” belongs to the user ID 0, not to you (${me}). Run the call as its owner, or change the owner: chown ${me} '/usr'`,
  });
});

/** The program, where everybody can read it, because a checkout may be in a home directory. */
function installForEverybody(): void {
  const top = resolve(dirname(program), '..');
  const to = join(here.path, 'installed');
  for (const folder of ['bin', 'dist']) cpSync(join(top, folder), join(to, folder), { recursive: true });
}

function optionsWith(env: Record<string, string | undefined>): Options {
  const home = join(here.path, 'home');
  const through = ['sh', '-c', 'shift; exec "$0" "$@"', join(here.path, 'installed/bin/whmapi1')];
  return {
    user: USER,
    cwd: join(here.path, 'cwd'),
    through,
    env: { WHMAPI1_STATE_DIR: undefined, HOME: home, ...env },
  };
}

async function expectStored(env: Record<string, string | undefined>): Promise<void> {
  const set = await run(['twofactorauth_set_issuer', 'issuer=Example'], optionsWith(env));
  expect(set).toMatchObject({ status: 0, stderr: '' });
  const get = await run(['--output=json', 'twofactorauth_get_issuer'], optionsWith(env));
  expect(readAnswer(get.stdout)?.data).toEqual({ issuer: 'Example', system_wide_issuer: 'Example' });
}

async function expectNothingInCwd(env: Record<string, string | undefined>): Promise<void> {
  const { stderr } = await run(['--output=json', 'version'], optionsWith(env));
  expect(stderr).toBe('');
  expect(readdirSync(join(here.path, 'cwd'))).toEqual([]);
}

/** Everything in the three folders to which the user can write. */
function written(): string[] {
  return ['cwd', 'home', 'states']
    .flatMap((folder) =>
      readdirSync(join(here.path, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .sort();
}
