import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

const PASSWORD = 'four unusual words, Xylophone';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
});
afterEach(() => {
  here.remove();
});

/** A reseller with a password, on the machine as well: that takes a while. */
async function addBob(): Promise<void> {
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: PASSWORD });
  await here.call('setupreseller', { user: 'bob' });
}
const ask = (args: Record<string, Json> = {}) =>
  here.call('get_remote_access_hash', {
    ...{ host: 'server.example.com', username: 'bob', password: PASSWORD, ...args },
  });

describe('get_remote_access_hash', () => {
  it('makes a hash where there is none, and tells the one that there is', async () => {
    await addBob();
    const { metadata, data } = await ask({ generate: '1' });
    expect(metadata).toMatchObject({ result: 1, reason: 'OK' });
    expect(data?.accesshash).toMatch(/^(?:[0-9a-f]{32}\n){28}[0-9a-f]{32}$/);
    expect((await ask({ generate: '1' })).data).toEqual(data);
    expect((await here.call('accesshash', { user: 'bob', generate: '0' })).data).toEqual(data);
  });

  it('refuses to tell what there is not', async () => {
    await addBob();
    expect((await ask()).metadata).toMatchObject({
      error_code: 'not_found',
      reason: '“bob” has no access hash. To create one, pass generate=1.',
    });
  });

  it('refuses a wrong password, and who is no reseller, alike', async () => {
    await addBob();
    expect((await ask({ password: 'wrong', generate: '1' })).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The login is invalid.',
    });
    await here.call('unsetupreseller', { user: 'bob' });
    expect((await ask({ generate: '1' })).metadata.reason).toBe('The login is invalid.');
  });

  it('refuses a user of whom logins ask for a code', async () => {
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

  it.each(['localhost', 'SERVER.example.com', '192.0.2.2'])('knows itself as %s', async (host) => {
    // Not a word of the host: it went on to the password.
    expect((await ask({ host })).metadata.reason).toBe('The login is invalid.');
  });

  it('asks no other server', async () => {
    expect((await ask({ host: 'other.example.com' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “host” should be this server’s own name, “server.example.com”, not “other.example.com”: ' +
        'run accesshash on that server.',
    });
  });

  it('keeps the password out of the audit log', async () => {
    await addBob();
    await ask({ generate: '1' });
    expect(JSON.stringify(here.audit())).not.toContain(PASSWORD);
  });

  it('is for root alone', async () => {
    const answer = await here.call(
      'get_remote_access_hash',
      { host: 'localhost', username: 'bob', password: PASSWORD },
      { as: reseller('bob', 'manage-api-tokens') },
    );
    expect(answer.metadata.reason).toBe('You may not call “get_remote_access_hash”. Only root may call it.');
  });
});
