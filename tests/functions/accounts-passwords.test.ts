// passwd, forcepasswordchange, set_digest_auth and the minimum strength of passwords, compared with the files of the
// sandbox’s machine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { storedAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

// Passwords are really hashed, and their strength is calculated with large dictionaries.
const PASSWORD = 'four unusual words, Xylophone';
const OTHER = 'five rather unusual words, Bassoon';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

const users = async () => here.engine.machine.users();
const create = (username: string) => here.call('createacct', { username, domain: `${username}.example` });
/** The user's row of the shadow file. */
const row = (name: string) =>
  readFileSync(join(here.state, 'root/etc/shadow'), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));

describe('passwords', () => {
  it('are set, checked and expired', async () => {
    await create('bob');
    const { metadata, data } = await here.call('passwd', {
      user: 'bob',
      password: PASSWORD,
      db_pass_update: '1',
    });
    expect({ metadata, data }).toEqual({
      metadata: {
        version: 1,
        reason: 'OK',
        result: 1,
        command: 'passwd',
        output: {
          warnings: [
            'The parameter “db_pass_update” has no effect here: database users have passwords of their own. Use set_mysql_password or set_postgresql_password.',
          ],
        },
      },
      data: { app: ['system'] },
    });
    expect(await (await users()).verifyPassword('bob', PASSWORD)).toBe(true);

    const digest = (password: string, args: Args) =>
      here.call('set_digest_auth', { user: 'bob', password, ...args });
    expect((await digest(OTHER, { enabledigest: '1' })).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The password of “bob” is incorrect.',
    });
    expect((await storedAccount(here, 'bob'))?.settings.digestAuth).toBe(false);
    expect((await digest(PASSWORD, { digestauth: '1' })).metadata.result).toBe(1);
    expect((await storedAccount(here, 'bob'))?.settings.digestAuth).toBe(true);
    expect((await digest(PASSWORD, {})).metadata.reason).toBe(
      'The parameter “enabledigest” is required: it should be 1 or 0.',
    );

    expect(row('bob')).toMatch(/^bob:[^:]+:\d{5}:/);
    expect((await here.call('forcepasswordchange', { users_json: '{"bob":1}' })).data).toEqual({
      updated: ['bob'],
    });
    expect(row('bob')).toMatch(/^bob:[^:]+:0:/);
    const log = readFileSync(join(here.state, 'audit.log'), 'utf8');
    expect(log.includes('Xylophone') || log.includes('Bassoon')).toBe(false);
    expect(existsSync(join(here.state, 'error.log'))).toBe(false);
  });

  it('that are weak, or made of the name and the domain, are rejected', async () => {
    await create('bob');
    const before = row('bob');
    for (const password of ['password1', 'bob.example', 'bobbob12']) {
      expect((await here.call('passwd', { user: 'bob', password })).metadata.error_code).toBe(
        'weak_password',
      );
    }
    expect(row('bob')).toBe(before);
  });

  it('expire for the available accounts, or for none with stop_on_failure', async () => {
    await create('bob');
    await create('carl');
    const force = (names: Json, args: Args = {}) =>
      here.call('forcepasswordchange', { users_json: names, ...args });
    const none = 'You do not have a user named “none”.';
    expect((await force({ bob: 1, none: 1 }, { stop_on_failure: '1' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: none,
    });
    expect(row('bob')).not.toMatch(/^bob:!:0:/);
    const { metadata, data } = await force({ bob: 1, none: 1, carl: 0 });
    expect([metadata.output?.warnings, data]).toEqual([[none], { updated: ['bob'] }]);
    expect([row('bob'), row('carl')]).toEqual([
      expect.stringMatching(/^bob:!:0:/),
      expect.not.stringMatching(/^carl:!:0:/),
    ]);
    expect((await force({})).data).toEqual({ updated: [] });
    expect((await force(['bob'])).metadata.reason).toBe(
      'The parameter “users_json” should be a JSON hash of accounts, such as {"bob":1}.',
    );
    expect((await force({ '../x': 1 })).metadata.reason).toMatch(
      /^The parameter “users_json” should have keys that are each a username/,
    );
  });
});

describe('the minimum strength of passwords', () => {
  const TOLERABLE = 'Tr0ub4dor';
  const strengthOf = async (password: string) =>
    ((await here.call('get_password_strength', { password })).data as { strength: number }).strength;

  it('is applied by get_password_strength and by createacct', async () => {
    const strength = await strengthOf(TOLERABLE);
    expect(strength).toBeGreaterThan(await strengthOf('password'));
    expect(await strengthOf(PASSWORD)).toBe(100);
    await here.call('setminimumpasswordstrengths', { default: '100' });
    const account = { username: 'bob', domain: 'bob.example', password: TOLERABLE };
    const { error_code, reason } = (await here.call('createacct', account)).metadata;
    expect([error_code, reason]).toEqual([
      'weak_password',
      expect.stringContaining(`its strength is ${strength} of 100, and this server requires 100`),
    ]);
    expect(JSON.stringify(here.audit())).not.toContain(TOLERABLE);
  });

  it('differs between createacct and passwd', async () => {
    await here.call('setminimumpasswordstrengths', { createacct: '100', passwd: '0' });
    const account = { username: 'bob', domain: 'bob.example', password: TOLERABLE };
    expect((await here.call('createacct', account)).metadata.error_code).toBe('weak_password');
    await create('bob');
    expect((await here.call('passwd', { user: 'bob', password: 'bob' })).metadata.result).toBe(1);
  });

  it('is a tweak setting', async () => {
    await here.call('set_tweaksetting', { key: 'minpwstrength', value: '0' });
    const { metadata } = await here.call('createacct', {
      ...{ username: 'bob', domain: 'bob.example', password: 'bob' },
    });
    expect(metadata.result).toBe(1);
  });
});
