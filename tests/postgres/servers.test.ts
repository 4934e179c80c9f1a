// Two servers on one store: what each answers about the accounts, users and firewalls of the other.
import { identify } from '../../src/http/authentication.ts';
import { Installation } from '../support/installation.ts';
import { basic } from '../support/server.ts';

jest.setTimeout(30_000);

const PASSWORD = 'four unusual words, Xylophone';
const OTHERS = 'other words for another, Quagmire';

let web1: Installation;
let web2: Installation;
beforeEach(() => {
  web1 = new Installation({ server: 'web1' });
  if (web1.environment.WHMAPI1_STORE_URL === undefined) {
    throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  }
  web2 = new Installation({ beside: web1, server: 'web2' });
});
afterEach(() => {
  web2.remove();
  web1.remove();
});

async function done(here: Installation, command: string, args: Record<string, string> = {}) {
  const envelope = await here.call(command, args);
  expect([command, envelope.metadata.reason, envelope.metadata.result]).toEqual([
    command,
    envelope.metadata.reason,
    1,
  ]);
  return envelope;
}

async function addAccount(here: Installation, username: string, args: Record<string, string> = {}) {
  await done(here, 'createacct', { username, domain: `${username}.example`, password: PASSWORD, ...args });
}

describe('a password', () => {
  const logIn = async (here: Installation, user: string, password: string) =>
    identify(here.application, {
      authorization: basic(user, password),
      code: undefined,
      sessionId: undefined,
      securityToken: undefined,
      address: '198.51.100.7',
    });

  beforeEach(async () => {
    await addAccount(web1, 'deploy', { reseller: '1' });
    await done(web1, 'setacls', { reseller: 'deploy', 'acl-all': '1' });
    // A user of the machine web2 that has nothing to do with the account.
    const users = await web2.engine.host.users();
    await users.create({ name: 'deploy', home: '/home/deploy', shell: '/bin/sh', comment: '' });
    await users.setPassword('deploy', OTHERS);
    await users.setPassword('root', OTHERS);
  });

  test('lets the user of the account’s own server in, and root', async () => {
    expect(await logIn(web1, 'deploy', PASSWORD)).toMatchObject({ caller: { user: 'deploy' } });
    expect(await logIn(web2, 'root', OTHERS)).toMatchObject({ caller: { user: 'root' } });
  });

  test('of another machine’s user of that name is a wrong one, and counts as one', async () => {
    const wrong = await logIn(web2, 'deploy', 'wrong');
    expect(wrong).toEqual(expect.objectContaining({ problem: 'denied', reason: 'The login is invalid.' }));
    expect(await logIn(web2, 'deploy', OTHERS)).toEqual(wrong);
    const { data } = await web1.call('get_cphulk_failed_logins');
    expect(data?.failed_logins).toHaveLength(2);
  });

  test('of another machine’s user of that name gives no access hash', async () => {
    const { metadata } = await web2.call('get_remote_access_hash', {
      ...{ host: 'localhost', username: 'deploy', password: OTHERS, generate: '1' },
    });
    expect(metadata).toMatchObject({ error_code: 'denied', reason: 'The login is invalid.' });
  });
});
