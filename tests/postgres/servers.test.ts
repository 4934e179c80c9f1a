// Two servers with one store: their responses about each other’s accounts, users, keys and firewalls.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../../src/http/authentication.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Logins, PretendedMachine } from '../support/brute-force.ts';
import { Installation } from '../support/installation.ts';
import { basic } from '../support/server.ts';
import { silent } from '../support/silent-log.ts';

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
  // The key of a certificate is encrypted with the key that all servers have.
  const other = here === web1 ? web2 : web1;
  if (!existsSync(join(here.state, 'secret.key')) && existsSync(join(other.state, 'secret.key'))) {
    other.copyKeyTo(here);
  }
  await done(here, 'createacct', { username, domain: `${username}.example`, password: PASSWORD, ...args });
}

describe('a password', () => {
  const logIn = async (here: Installation, user: string, password: string) =>
    identify(
      { application: here.application, service: 'whostmgrd', log: silent },
      {
        authorization: basic(user, password),
        code: undefined,
        sessionId: undefined,
        securityToken: undefined,
        address: '198.51.100.7',
      },
    );

  beforeEach(async () => {
    await addAccount(web1, 'deploy', { reseller: '1' });
    await done(web1, 'setacls', { reseller: 'deploy', 'acl-all': '1' });
    // A user of the machine web2 that is not related to the account.
    const users = await web2.engine.machine.users();
    await users.create({ name: 'deploy', home: '/home/deploy', shell: '/bin/sh', comment: '' });
    await users.setPassword('deploy', OTHERS);
    await users.setPassword('root', OTHERS);
  });

  test('is accepted for a user of the account’s own server, and for root', async () => {
    expect(await logIn(web1, 'deploy', PASSWORD)).toMatchObject({ caller: { user: 'deploy' } });
    expect(await logIn(web2, 'root', OTHERS)).toMatchObject({ caller: { user: 'root' } });
  });

  test('of another machine’s user with that name is wrong, and is counted as wrong', async () => {
    const wrong = await logIn(web2, 'deploy', 'wrong');
    expect(wrong).toEqual(expect.objectContaining({ problem: 'denied', reason: 'The login is invalid.' }));
    expect(await logIn(web2, 'deploy', OTHERS)).toEqual(wrong);
    const { data } = await web1.call('get_cphulk_failed_logins');
    expect(data?.failed_logins).toHaveLength(2);
  });

  test('of another machine’s user with that name returns no access hash', async () => {
    const { metadata } = await web2.call('get_remote_access_hash', {
      ...{ host: 'localhost', username: 'deploy', password: OTHERS, generate: '1' },
    });
    expect(metadata).toMatchObject({ error_code: 'denied', reason: 'The login is invalid.' });
  });
});

describe('a reseller with accounts on two servers', () => {
  beforeEach(async () => {
    await addAccount(web1, 'carl', { reseller: '1' });
    await addAccount(web1, 'anna', { owner: 'carl' });
    await addAccount(web2, 'berta', { owner: 'carl' });
    await addAccount(web2, 'clara', { owner: 'carl' });
  });

  const suspended = async () => {
    const lists = await Promise.all([web1, web2].map((here) => here.call('listsuspended')));
    return lists
      .flatMap(({ data }) => data?.account as { user: string }[])
      .map(({ user }) => user)
      .sort();
  };

  test('is suspended on each, and gets a warning with the other’s accounts', async () => {
    const one = await done(web1, 'suspendreseller', { user: 'carl' });
    expect(one.metadata.output?.warnings).toEqual([
      'Only this server’s accounts were changed: it owns 2 accounts on “web2”. Run the same call there.',
    ]);
    expect(await suspended()).toEqual(['anna', 'carl']);
    const other = await done(web2, 'suspendreseller', { user: 'carl' });
    expect(other.metadata.output?.warnings).toEqual([
      'Only this server’s accounts were changed: the reseller’s own account is on “web1”, and it owns 1 account on ' +
        '“web1”. Run the same call there.',
    ]);
    expect(await suspended()).toEqual(['anna', 'berta', 'carl', 'clara']);

    const back = await done(web2, 'unsuspendreseller', { user: 'carl' });
    expect(back.metadata.output?.warnings).toEqual(other.metadata.output?.warnings);
    expect(await suspended()).toEqual(['anna', 'carl']);
    await done(web1, 'unsuspendreseller', { user: 'carl' });
    expect(await suspended()).toEqual([]);
  });

  test('only its own account is suspended on its server, without a warning', async () => {
    const args = { user: 'carl', 'reseller-only': '1' };
    for (const command of ['suspendreseller', 'unsuspendreseller']) {
      expect((await web2.call(command, args)).metadata).toMatchObject({
        error_code: 'not_found',
        reason: expect.stringContaining('it is on “web1”; call there') as string,
      });
      expect((await done(web1, command, args)).metadata.output?.warnings).toBeUndefined();
    }
  });

  test('is kept while it owns accounts elsewhere, and is removed on the server of its own account', async () => {
    const args = { user: 'carl', terminatereseller: '1' };
    const first = await done(web1, 'terminatereseller', args);
    const [anna, carl] = first.data?.acct as { user: string; result: number; reason: string }[];
    expect([anna?.user, anna?.result]).toEqual(['anna', 1]);
    expect(carl).toMatchObject({
      user: 'carl',
      result: 0,
      reason: 'The reseller is kept: it still owns 2 accounts on “web2”.',
    });
    expect(first.metadata.output?.warnings).toEqual([
      'The reseller owns 2 accounts on “web2” too. Run the call on these servers as well.',
      'Not removed: “carl”. The response says why.',
    ]);
    expect((await done(web2, 'acctcounts', { user: 'carl' })).metadata.result).toBe(1);

    const second = await done(web2, 'terminatereseller', args);
    expect(second.data?.acct).toMatchObject([
      { user: 'berta', result: 1 },
      { user: 'clara', result: 1 },
      { user: 'carl', result: 0, reason: 'The reseller is kept: its own account is on “web1”; call there.' },
    ]);
    const last = await done(web1, 'terminatereseller', args);
    expect(last.data?.acct).toMatchObject([{ user: 'carl', result: 1 }]);
    expect(last.metadata.output?.warnings).toBeUndefined();
  });

  test('on a server without its accounts, the error names another server', async () => {
    const web3 = new Installation({ beside: web1, server: 'web3' });
    try {
      for (const [command, more] of [
        ['suspendreseller', {}],
        ['unsuspendreseller', {}],
        ['terminatereseller', { terminatereseller: '1' }],
      ] as const) {
        const { metadata } = await web3.call(command, { user: 'carl', ...more });
        expect(metadata).toMatchObject({
          error_code: 'not_found',
          reason: expect.stringContaining('it is on “web1”') as string,
        });
      }
    } finally {
      web3.remove();
    }
  });
});

describe('if the key of failed logins is all that is encrypted', () => {
  const failure = { user: 'bob', address: '198.51.100.7', password: 'wrong' };
  const keyOf = (here: Installation) => existsSync(join(here.state, 'secret.key'));
  const failures = async () => {
    const { data } = await web1.call('get_cphulk_failed_logins');
    return (data?.failed_logins as unknown[]).length;
  };
  const sealed = async () =>
    web1.engine.store.transaction('reads', async (db) => ({
      value: await db.get("SELECT value FROM setting WHERE name = 'brute_force_key'"),
      keep: false,
    }));
  const enrol = async (here: Installation) => {
    const secret = 'WJ73QJSKZBXCIFPZ';
    const tfa_token = codeAt(secret, here.time);
    return (await here.call('twofactorauth_set_tfa_config', { secret, tfa_token })).metadata;
  };

  test('a server without the key creates no second one', async () => {
    for (let time = 0; time < 2; time++) await new Logins(web1).fail(failure);
    expect([await failures(), keyOf(web1)]).toEqual([1, true]);
    const before = await sealed();
    expect(before).toBeDefined();

    // It recognises no repeated attempt: each is counted.
    for (let time = 0; time < 2; time++) await new Logins(web2).fail(failure);
    expect(await failures()).toBe(3);
    expect(await enrol(web2)).toMatchObject({ error_code: 'key_lost' });
    expect([keyOf(web2), await sealed()]).toEqual([false, before]);

    web1.copyKeyTo(web2);
    await new Logins(web2).fail(failure);
    expect(await failures()).toBe(3);
    expect(await enrol(web2)).toMatchObject({ result: 1 });
    expect(await sealed()).toEqual(before);
  });
});

test('a change of a package changes accounts on this server, and a warning names the others', async () => {
  await done(web1, 'addpkg', { name: 'gold', maxftp: '1' });
  await addAccount(web1, 'anna', { plan: 'gold' });
  await addAccount(web2, 'berta', { plan: 'gold' });
  const warning =
    'The changes do not apply to 1 account on “web2”. To update an account there, call changepackage on its ' +
    'server.';
  const ftp = async (here: Installation, user: string) => {
    const { data } = await done(here, 'accountsummary', { user });
    return (data?.acct as { maxftp: unknown }[])[0]?.maxftp;
  };
  const edited = await done(web1, 'editpkg', { name: 'gold', maxftp: '7' });
  expect(edited.metadata.output?.warnings).toEqual([warning]);
  const again = await done(web1, 'editpkg', { name: 'gold', maxftp: '7' });
  expect(again.metadata.output?.warnings).toBeUndefined();
  expect([await ftp(web1, 'anna'), await ftp(web2, 'berta')]).toEqual([7, 1]);
  await done(web2, 'changepackage', { user: 'berta', pkg: 'gold' });
  expect(await ftp(web2, 'berta')).toBe(7);
  // Also if this server has no account with the package.
  await done(web1, 'removeacct', { username: 'anna' });
  const alone = await done(web1, 'editpkg', { name: 'gold', maxftp: '8' });
  expect(alone.metadata.output?.warnings).toEqual([warning]);
});

describe('an address that firewalls block', () => {
  const ip = '198.51.100.7';
  const warning =
    'The blocks were lifted only in this server’s firewall. The firewall of another server keeps a block until it ' +
    'expires, or until you run flush_cphulk_login_history_for_ips on that server.';

  const warnings = async (here: Installation, command: string, args: Record<string, string> = {}) =>
    (await done(here, command, args)).metadata.output?.warnings;
  const changes: [string, Record<string, string>][] = [
    ['flush_cphulk_login_history', {}],
    ['flush_cphulk_login_history_for_ips', { ip }],
    ['create_cphulk_record', { ip, list_name: 'white' }],
  ];

  test.each(changes)('is unblocked only in this server’s firewall, and %s says so', async (command, args) => {
    const [one, other] = [new PretendedMachine(), new PretendedMachine()];
    one.on(web1);
    other.on(web2);
    await done(web1, 'save_cphulk_config', { block_brute_force_with_firewall: '1' });
    for (const machine of [one, other]) await machine.firewall.block(ip, web1.time + 60_000);
    expect(await warnings(web1, command, args)).toEqual([warning]);
    expect([one.blocked.size, other.blocked.size]).toEqual([0, 1]);
    // As the warning says, even if the setting is off by then.
    await done(web1, 'save_cphulk_config', { block_brute_force_with_firewall: '0' });
    await done(web2, 'flush_cphulk_login_history_for_ips', { ip });
    expect(other.blocked.size).toBe(0);
  });

  test.each(changes)('without a firewall there is no warning: %s', async (command, args) => {
    expect(await warnings(web1, command, args)).toBeUndefined();
  });
});
