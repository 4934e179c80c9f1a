import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

const PASSWORD = 'four unusual words, Xylophone';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
});
afterEach(() => here.remove());

/** Creates a reseller with a password, also on the machine, which takes a while. */
async function addBob(): Promise<void> {
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: PASSWORD });
  await here.call('setupreseller', { user: 'bob' });
}
const ask = (args: Record<string, Json> = {}) =>
  here.call('get_remote_access_hash', {
    ...{ host: 'server.example.com', username: 'bob', password: PASSWORD, ...args },
  });

describe('get_remote_access_hash', () => {
  it('creates a hash if there is none, and returns an existing one', async () => {
    await addBob();
    const { metadata, data } = await ask({ generate: '1' });
    expect(metadata).toMatchObject({ result: 1, reason: 'OK' });
    expect(data?.accesshash).toMatch(/^(?:[0-9a-f]{32}\n){28}[0-9a-f]{32}$/);
    expect((await ask({ generate: '1' })).data).toEqual(data);
    expect((await here.call('accesshash', { user: 'bob', generate: '0' })).data).toEqual(data);
  });

  it('returns an error if there is none', async () => {
    await addBob();
    expect((await ask()).metadata).toMatchObject({
      error_code: 'not_found',
      reason: '“bob” has no access hash. To create one, pass generate=1.',
    });
  });

  it('rejects a wrong password and a user who is not a reseller with the same error', async () => {
    await addBob();
    expect((await ask({ password: 'wrong', generate: '1' })).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The login is invalid.',
    });
    await here.call('unsetupreseller', { user: 'bob' });
    expect((await ask({ generate: '1' })).metadata.reason).toBe('The login is invalid.');
  });

  it('rejects a user whose logins require a code', async () => {
    await addBob();
    await here.call('twofactorauth_set_tfa_config_for_user', {
      bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } },
    });
    await here.call('twofactorauth_enable_policy');
    expect((await ask({ generate: '1' })).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The code that the authenticator app shows is required too.',
    });
  });

  it.each(['localhost', 'SERVER.example.com', '192.0.2.2'])('recognises its own name %s', async (host) => {
    // No error about the host: the password was checked next.
    expect((await ask({ host })).metadata.reason).toBe('The login is invalid.');
  });

  it('calls no other server', async () => {
    expect((await ask({ host: 'other.example.com' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “host” should be this server’s own name, “server.example.com”, not “other.example.com”: ' +
        'run accesshash on that server.',
    });
  });

  it('does not write the password to the audit log', async () => {
    await addBob();
    await ask({ generate: '1' });
    expect(JSON.stringify(here.audit())).not.toContain(PASSWORD);
  });

  it('is for root only', async () => {
    const answer = await here.call(
      'get_remote_access_hash',
      { host: 'localhost', username: 'bob', password: PASSWORD },
      { as: reseller('bob', 'manage-api-tokens') },
    );
    expect(answer.metadata.reason).toBe('You may not call “get_remote_access_hash”. Only root may call it.');
  });
});
