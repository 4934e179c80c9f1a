// The second factor of SSH, su and sudo, as pam_exec(8) runs it: whmapi1 --pam-prompt and --pam-check.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  call,
  currentCode,
  freshFolder,
  run,
  storeSecret,
  wrongCode,
  type Result,
} from '../support/command.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { password, TestServer } from '../support/server.ts';
import { auditLog } from '../process/state.ts';

const folder = freshFolder();
const SECRET = 'WJ73QJSKZBXCIFPZ';
const UNAVAILABLE =
  'The security code cannot be checked now, so the login is refused. root can log in at the console.\n';

interface Login {
  readonly user?: string;
  readonly service?: string;
  readonly address?: string;
}

/** What PAM passes, and nothing else: it clears the environment. */
function pam({ user = 'root', service = 'sshd', address = '192.0.2.9' }: Login): Record<string, string> {
  return { PAM_TYPE: 'auth', PAM_USER: user, PAM_SERVICE: service, PAM_RHOST: address };
}

const here = () => ({ state: folder.state });
const prompt = (login: Login = {}) => run(['--pam-prompt'], { ...here(), env: pam(login) });
const check = (code: string | Uint8Array, login: Login = {}) =>
  run(['--pam-check'], { ...here(), env: pam(login), input: code });
const ask = (name: string, ...words: string[]) => call([name, ...words], here());

/** Root has a second factor, and the policy is enabled. */
async function enrolRoot(): Promise<void> {
  await storeSecret('root', SECRET, here());
  await ask('twofactorauth_enable_policy');
}

const outcome = ({ status, stdout }: Result) => [status, stdout];
const INVALID = [1, 'The security code is invalid.\n'];

test('a code is needed once the policy is enabled and the user has set it up, and works once', async () => {
  await storeSecret('root', SECRET, here());
  expect(outcome(await prompt())).toEqual([0, '']);
  await ask('twofactorauth_enable_policy');
  expect(outcome(await prompt({ user: 'bob' }))).toEqual([0, '']);
  expect(outcome(await prompt())).toEqual([
    1,
    'As the next password, type the security code of your authenticator app, or a recovery code.\n',
  ]);
  const code = await currentCode(SECRET);
  // pam_exec ends the text with a NUL.
  expect(outcome(await check(`${code}\0`, { service: 'sudo', address: '' }))).toEqual([0, '']);
  const again = await check(`${code}\0`);
  expect(again.status).toBe(1);
  expect(again.stdout).toContain('It was used before');
  expect(auditLog(folder.state).lines.slice(-2)).toMatchObject([
    { function: 'login', caller: 'root', address: '127.0.0.1', authentication: 'sudo: code', result: 1 },
    { function: 'login', caller: 'root', address: '192.0.2.9', result: 0, error_code: 'tfa_invalid' },
  ]);
  expect(readFileSync(join(folder.state, 'audit.log'), 'utf8')).not.toContain(code);
});

test('two logins with one code at the same time: one of them is accepted', async () => {
  await enrolRoot();
  const code = await currentCode(SECRET);
  const both = await Promise.all([check(code), check(code, { service: 'sudo', address: '' })]);
  expect(both.map(({ status }) => status).sort()).toEqual([0, 1]);
});

test('a recovery code works once, and the user learns how many are left', async () => {
  await enrolRoot();
  const { data } = await ask('twofactorauth_generate_recovery_codes');
  const [code = ''] = data?.recovery_codes as string[];
  expect(outcome(await check(code))).toEqual([
    0,
    'You logged in with a recovery code. 9 are left. Create new ones before you run out.\n',
  ]);
  expect((await check(code)).status).toBe(1);
});

test('wrong codes count by user and by address, and then neither gets in with the right one', async () => {
  await enrolRoot();
  const wrong = await wrongCode(SECRET);
  const refusals = await Promise.all([1, 2, 3, 4, 5].map(() => check(wrong)));
  expect(refusals.map(({ status }) => status)).toEqual([1, 1, 1, 1, 1]);
  expect(refusals.map(({ stdout }) => stdout).join('')).toContain(
    'After 5 wrong codes within five minutes, no code is accepted',
  );
  const { data } = await ask('get_cphulk_failed_logins');
  expect(data?.failed_logins).toHaveLength(5);
  expect(data?.failed_logins).toContainEqual(
    expect.objectContaining({ user: 'root', ip: '192.0.2.9', authservice: 'sshd' }),
  );
  const code = await currentCode(SECRET);
  expect((await check(code, { address: '192.0.2.10' })).stdout).toContain(
    'The security code was not checked.',
  );

  // The address is blocked, for other users and for users without a second factor too.
  await storeSecret('bob', SECRET, here());
  expect(outcome(await check(code, { user: 'bob' }))).toEqual([1, 'The login is refused.\n']);
  expect((await prompt({ user: 'ann' })).status).toBe(1);
  expect(outcome(await check('', { user: 'ann' }))).toEqual([1, 'The login is refused.\n']);
  expect((await check(code, { user: 'bob', address: '192.0.2.10' })).status).toBe(0);
});

test('wrong codes in sudo lock their user only, not the address of the server', async () => {
  await enrolRoot();
  await storeSecret('bob', SECRET, here());
  const wrong = await wrongCode(SECRET);
  const login = { user: 'bob', service: 'sudo', address: '' };
  const refusals = await Promise.all([1, 2, 3, 4, 5, 6].map(() => check(wrong, login)));
  expect(refusals.map(({ status }) => status)).toEqual([1, 1, 1, 1, 1, 1]);
  expect((await ask('get_cphulk_brutes')).data).toMatchObject({ brutes: [] });
  const code = await currentCode(SECRET);
  expect((await check(code, { user: 'root', service: 'su', address: '' })).status).toBe(0);
});

test('the brute-force protection also locks users of the server, if it is configured to', async () => {
  await enrolRoot();
  await storeSecret('bob', SECRET, here());
  await ask('save_cphulk_config', 'username_based_protection=1', 'max_failures=2');
  const login = { user: 'bob', service: 'sudo', address: '' };
  const wrong = await wrongCode(SECRET);
  for (let times = 1; times <= 2; times += 1) expect(outcome(await check(wrong, login))).toEqual(INVALID);
  expect(outcome(await check(await currentCode(SECRET), login))).toEqual([1, 'The login is refused.\n']);
});

test('rules exempt users and networks, and require users to set up a second factor', async () => {
  await enrolRoot();
  await ask(
    'twofactorauth_set_system_login_rules',
    ...['required_for=all', 'exempt_users=backup', 'exempt_networks=192.0.2.0/28,2001:db8::/32'],
  );
  const status = async (login: Login) => (await prompt(login)).status;
  expect(await status({ address: '192.0.2.9' })).toBe(0);
  expect(await status({ address: '::ffff:192.0.2.9' })).toBe(0);
  expect(await status({ address: '2001:db8::5' })).toBe(0);
  expect(await status({ address: '192.0.2.16' })).toBe(1);
  expect(await status({ address: '' })).toBe(1);
  expect(await status({ user: 'backup', address: '192.0.2.16' })).toBe(0);

  const bob = { user: 'bob', address: '192.0.2.16' };
  const sentence =
    'Two-factor authentication is required, but “bob” has not set it up. Set it up on the server’s page first.\n';
  expect(outcome(await prompt(bob))).toEqual([1, sentence]);
  expect(outcome(await check(await currentCode(SECRET), bob))).toEqual([1, sentence]);
  expect((await ask('get_cphulk_failed_logins')).data).toMatchObject({ failed_logins: [] });
});

test('anything that is not a code is refused', async () => {
  await enrolRoot();
  const right = await currentCode(SECRET);
  const inputs = [
    ...['', '\n', `${right}7`, `x${right}`, `\0${right}`, '1'.repeat(100_000)],
    Uint8Array.of(0xff, 0xfe, 0x00),
  ];
  const statuses = await Promise.all(inputs.map(async (input) => (await check(input)).status));
  expect(statuses).toEqual(inputs.map(() => 1));
});

test('a code that a login by SSH used is used for the page too, and the other way round', async () => {
  const server = await TestServer.start();
  try {
    server.here.time = Date.now();
    await server.here.call('twofactorauth_set_tfa_config', {
      secret: SECRET,
      tfa_token: codeAt(SECRET, Date.now() - 30_000),
    });
    await server.here.call('twofactorauth_enable_policy');
    const onPage = (code: string) => server.logIn({ user: 'root', pass: password, tfa_token: code });
    const bySsh = (code: string) =>
      run(['--pam-check'], {
        state: server.here.state,
        env: { ...server.here.environment, ...pam({}) },
        input: code,
      });
    const first = await currentCode(SECRET);
    expect((await bySsh(first)).status).toBe(0);
    const refused = await onPage(first);
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('It was used before')]);
    const next = codeAt(SECRET, Date.now() + 30_000);
    server.here.time = Date.now();
    expect((await onPage(next)).status).toBe(200);
    expect((await bySsh(next)).stdout).toContain('It was used before');
  } finally {
    await server.stop();
  }
});

test('everything is refused without the variables of PAM, or with a hostname, and says so', async () => {
  await enrolRoot();
  for (const missing of ['PAM_TYPE', 'PAM_USER', 'PAM_SERVICE']) {
    const env = { ...pam({}), [missing]: undefined };
    const { status, stderr } = await run(['--pam-prompt'], { ...here(), env });
    expect([missing, status]).toEqual([missing, 2]);
    expect(stderr).toContain('are for “auth” lines of PAM');
  }
  const session = await run(['--pam-check'], { ...here(), env: { ...pam({}), PAM_TYPE: 'account' } });
  expect(session.status).toBe(2);
  const { status, stderr } = await prompt({ address: 'client.example' });
  expect([status, stderr.includes('set “UseDNS no”')]).toEqual([2, true]);
});

test('everyone is refused while the store is missing or damaged, and creates no store', async () => {
  const fresh = await prompt();
  expect(outcome(fresh)).toEqual([3, UNAVAILABLE]);
  expect(fresh.stderr).toContain('There is no store in the state directory');
  expect(existsSync(folder.state)).toBe(false);
  mkdirSync(folder.state, { mode: 0o700 });
  expect(outcome(await check('123456'))).toEqual([3, UNAVAILABLE]);
  expect(readdirSync(folder.state)).toEqual([]);

  await enrolRoot();
  for (const name of readdirSync(folder.state)) {
    if (name.startsWith('store.db')) rmSync(join(folder.state, name));
  }
  writeFileSync(join(folder.state, 'store.db'), 'no database', { mode: 0o600 });
  expect(outcome(await prompt({ user: 'bob' }))).toEqual([3, UNAVAILABLE]);
  expect(outcome(await check('123456'))).toEqual([3, UNAVAILABLE]);
});
