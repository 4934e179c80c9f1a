// The clock of a running server jumps: nobody is locked out until the time of the wrong clock is reached, and no code
// works twice.
import { codeAt } from '../../../src/capabilities/two-factor/rules/totp.ts';
import { password, TestServer } from '../../support/server.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const secret = 'WJ73QJSKZBXCIFPZ';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
  const { here } = server;
  await here.call('twofactorauth_set_tfa_config_for_user', { root: { primary_account: { secret } } });
  await here.call('twofactorauth_enable_policy');
  // The block of an address is not tested here.
  await here.call('create_cphulk_record', { list_name: 'white', ip: '127.0.0.1' });
});
afterEach(() => server.stop());

const logIn = async (tfa_token = codeAt(secret, server.here.time)) =>
  (await server.logIn({ user: 'root', pass: password, tfa_token, login_only: '1' })).status;

describe.each([
  ['a day', DAY],
  ['a year', 365 * DAY],
])('by %s', (_name, jump) => {
  it('forwards and back: a login succeeds within minutes', async () => {
    const { here } = server;
    here.time += jump;
    expect(await logIn()).toBe(200);
    for (let guess = 1; guess <= 5; guess++) expect(await logIn('000000')).toBe(401);
    expect(await logIn()).toBe(401);
    here.time -= jump;
    // The lock ends at most its length ahead, and the used code is at most the tolerance of codes ahead.
    expect(await logIn()).toBe(401);
    here.time += 5 * MINUTE;
    let status = await logIn();
    if (status !== 200) {
      here.time += MINUTE;
      status = await logIn();
    }
    expect(status).toBe(200);
    expect(await logIn()).toBe(401);
  });

  it('back and forwards: a used code is not accepted again', async () => {
    const { here } = server;
    const code = codeAt(secret, here.time);
    expect(await logIn(code)).toBe(200);
    here.time -= jump;
    expect((await server.ask('/')).status).toBeLessThan(500);
    here.time += jump;
    expect(await logIn(code)).toBe(401);
  });
});
