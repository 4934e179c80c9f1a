// A state directory that others can access: it is rejected, with the command that fixes it, which these tests run.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, freshFolder, run, storeSecret, type Answered } from '../support/command.ts';
import { breakSecrets, dataIn, modeOf, modesIn } from './state.ts';

const SOMEBODY = 12345;

const here = freshFolder();
/** A path that needs correct quoting in a command. */
let state: string;
beforeEach(() => {
  state = join(here.path, `it's $(touch hit) "quoted" \`touch hit\``, 'state');
});

/** A call that uses the database, the key and the log. */
const write = () => storeSecret('eve', 'MFRGGZDFMZTWQ2LK', { state });

/** Only root can create files that belong to somebody else. */
const isRoot = process.getuid?.() === 0;

// Open to the group, and open to everybody else.
const FOLDER = { mode: '700', open: ['750', '701'] };
const FILE = { mode: '600', open: ['640', '604'] };

it.each([
  { name: '', called: 'the state directory', ...FOLDER },
  { name: 'store.db', called: 'store.db', ...FILE },
  { name: 'secret.key', called: 'secret.key', ...FILE },
  { name: 'audit.log', called: 'audit.log', ...FILE },
])(
  'rejects $called if others can access or own it, until the command in the reason is run',
  async (place) => {
    const { name, mode, open } = place;
    await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state });
    const path = join(state, name);
    for (const given of open) {
      chmodSync(path, Number.parseInt(given, 8));
      const refusal = await expectRefusal();
      expect(refusal.metadata.reason).toMatch(
        new RegExp(` is open to others \\(mode ${given}\\)\\. Restrict it: chmod ${mode} '`),
      );
      mend(refusal);
      expect(modeOf(path)).toBe(mode);
    }
    if (isRoot) {
      giveAway(path);
      chmodSync(path, 0o777);
      const owner = await expectRefusal();
      expect(owner.metadata.reason).toMatch(
        / belongs to the user ID 12345, not to you \(0\)\. Run the call as its owner, or change the owner: chown 0 '/,
      );
      mend(owner);
      const others = await expectRefusal();
      expect(others.metadata.reason).toContain('(mode 777)');
      mend(others);
    }
    expect(await write()).toMatchObject({ status: 0, metadata: { reason: 'OK' } });
  },
);

it('rejects a read that cannot be logged safely', async () => {
  await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state });
  chmodSync(join(state, 'audit.log'), 0o644);
  const { status, metadata, data } = await call(['twofactorauth_get_user_configs'], { state });
  expect({ status, code: metadata.error_code, data }).toEqual({
    status: 3,
    code: 'store_insecure',
    data: undefined,
  });
});

it('rejects a state directory that is a file', async () => {
  mkdirSync(join(state, '..'));
  writeFileSync(state, 'mine');
  const { status, stderr, metadata } = await write();
  expect({ status, stderr, code: metadata.error_code }).toEqual({
    status: 3,
    stderr: '',
    code: 'store_unavailable',
  });
  expect(metadata.reason).toBe(
    `The state directory “${state}” is not a directory. Move it away, or set WHMAPI1_STATE_DIR to another directory.`,
  );
});

it('rejects a state directory below something that is not a folder', async () => {
  writeFileSync(join(here.path, 'file'), 'mine');
  const { status, metadata } = await call(['version'], { state: join(here.path, 'file', 'state') });
  expect({ status, code: metadata.error_code }).toEqual({ status: 3, code: 'store_unavailable' });
  expect(metadata.reason).toMatch(
    /file\/state” could not be used: a part of its path is not a directory\. Set WHMAPI1_STATE_DIR to another directory/,
  );
});

it('creates its folders 0700 and its files 0600, whatever the umask', async () => {
  const through = ['sh', '-c', 'umask 000; exec "$0" "$@"'];
  const options = { state: join(here.path, 'a', 'b', 'state'), through };
  await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', options);
  breakSecrets(options.state);
  await call(['twofactorauth_get_tfa_config_for_user', 'user=bob'], options);
  for (const folder of ['a', 'a/b', 'a/b/state']) expect(modeOf(join(here.path, folder))).toBe('700');
  expect(modesIn(options.state)).toEqual({
    'audit.log': '600',
    'error.log': '600',
    'secret.key': '600',
    'store.db': '600',
  });
});

it('needs no state directory to show its help', async () => {
  for (const words of [['--help'], ['--version'], ['twofactorauth_set_tfa_config', '--help']]) {
    expect(await run(words)).toMatchObject({ status: 0, stderr: '' });
  }
});

/** The call is rejected, and the stored data is not changed. */
async function expectRefusal(): Promise<Answered> {
  const before = dataIn(state);
  const answered = await write();
  expect(answered).toMatchObject({
    status: 3,
    stderr: '',
    data: undefined,
    metadata: { result: 0, error_code: 'store_insecure' },
  });
  expect(dataIn(state)).toEqual(before);
  return answered;
}

/** Runs the command at the end of a reason, like an administrator who pastes it into a shell. */
function mend({ metadata: { reason } }: Answered): void {
  const [command = 'false'] = /(?:chmod|chown) \d+ '.*$/s.exec(reason) ?? [];
  execFileSync('sh', ['-c', command], { cwd: here.path });
  expect(Object.keys(modesIn(here.path))).not.toContain('hit');
}

function giveAway(path: string): void {
  chownSync(path, SOMEBODY, SOMEBODY);
}
