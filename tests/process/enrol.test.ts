// whmapi1 --enrol, typed at a terminal.
import { resolve } from 'node:path';
import { call, currentCode, freshFolder, program, run, wrongCode } from '../support/command.ts';
import { PseudoTerminal } from '../support/pseudo-terminal.ts';

const folder = freshFolder();
const CONTROL_C = '\u0003';
const QUESTION = 'Code that the app shows:';

let terminal: PseudoTerminal;
afterEach(() => terminal.stop());

function open(command = `${program} --enrol`): void {
  terminal = new PseudoTerminal(command, { WHMAPI1_STATE_DIR: folder.state }, resolve(__dirname, '../..'));
}

/** The secret that is shown before the first prompt. */
async function shownSecret(): Promise<string> {
  const shown = await terminal.until(QUESTION);
  const [, secret = ''] = /^secret: ([A-Z2-7]+)$/m.exec(shown) ?? [];
  return secret;
}

const isEnrolled = async (user: string) => {
  const { data } = await call(['twofactorauth_get_user_configs', `user=${user}`], { state: folder.state });
  return (data?.[user] as { is_enabled: number }).is_enabled;
};

test('says which user it enrols on which server, asks again after a wrong code, and creates recovery codes', async () => {
  open();
  const secret = await shownSecret();
  expect(terminal.shown).toContain(`Installation: ${folder.state} (a sandbox)\nUser:         root\n`);
  // The light and dark modules of the QR code.
  expect(terminal.shown).toContain('█');

  terminal.type(`${await wrongCode(secret)}\n`);
  const answered = await terminal.until(QUESTION);
  expect(answered).toContain('The security code is invalid.');
  expect(answered).toContain('Wrong code 1. Five wrong codes within five minutes lock further attempts');
  terminal.type('12\n');
  expect(await terminal.until(QUESTION)).toContain('“tfa_token”');
  expect(terminal.shown.match(/^secret: /gm)).toHaveLength(1);

  terminal.type(`${await currentCode(secret)}\n`);
  const done = await terminal.until('[Y/n]');
  expect(done).toContain('Two-factor authentication is set up for “root”.');
  expect(done).toContain('The policy is now enabled');
  terminal.type('\n');
  expect(await terminal.status()).toBe(0);
  expect(terminal.shown.match(/^ {2}([a-z2-7]{4}-){3}[a-z2-7]{4}$/gm)).toHaveLength(10);
  expect(await isEnrolled('root')).toBe(1);
});

test('five wrong codes lock, and the lock is explained', async () => {
  open();
  const wrong = await wrongCode(await shownSecret());
  for (let times = 1; times <= 5; times += 1) {
    terminal.type(`${wrong}\n`);
    await terminal.until(QUESTION);
  }
  terminal.type(`${wrong}\n`);
  expect(await terminal.until(QUESTION)).toMatch(/locked until|until \d{4}-/);
  terminal.type(CONTROL_C);
  expect(await terminal.status()).toBe(1);
  expect(terminal.shown).toContain('was not set up: nothing was changed.');
  expect(await isEnrolled('root')).toBe(0);
});

test('an earlier secret is replaced only if the person says so', async () => {
  open();
  terminal.type(`${await currentCode(await shownSecret())}\n`);
  await terminal.until('[Y/n]');
  terminal.type('n\n');
  expect(await terminal.status()).toBe(0);
  open();
  expect(await terminal.until('[y/N]')).toContain('already has two-factor authentication');
  terminal.type('\n');
  expect(await terminal.status()).toBe(0);
  expect(terminal.shown).toContain('Nothing was changed.');
});

test('enrols the reseller of --user', async () => {
  const { state } = folder;
  for (const words of [
    ['createacct', 'username=bob', 'domain=bob.example'],
    ['setupreseller', 'user=bob', 'makeowner=0'],
    ['setacls', 'reseller=bob', 'acl-create-acct=1'],
  ]) {
    expect((await call(words, { state })).metadata.reason).toMatch(/OK|Ok/i);
  }
  open(`${program} --enrol --user=bob`);
  const secret = await shownSecret();
  expect(terminal.shown).toContain('User:         bob\n');
  terminal.type(`${await currentCode(secret)}\n`);
  expect(await terminal.until('[Y/n]')).toContain('root can enable it with twofactorauth_enable_policy');
  terminal.type(CONTROL_C);
  expect(await terminal.status()).toBe(0);
  expect([await isEnrolled('bob'), await isEnrolled('root')]).toEqual([1, 0]);
});

test('npm run enrol is the same', async () => {
  open('npm run --silent enrol');
  await shownSecret();
  terminal.type(CONTROL_C);
  expect(await terminal.status()).not.toBe(0);
});

test('without a terminal it rejects, and says what scripts call', async () => {
  open('true');
  const { status, stdout, stderr } = await run(['--enrol'], { state: folder.state });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--enrol asks for a code, so it needs a terminal.');
  expect(stderr).toContain('twofactorauth_generate_tfa_config');
});
