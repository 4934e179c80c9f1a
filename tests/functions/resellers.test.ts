import { addAccounts, anAccount, callerNamed, storedAccount } from '../support/accounts.ts';
import * as accessHashes from '../../src/capabilities/logins/rules/access-hashes.ts';
import * as apiTokens from '../../src/capabilities/logins/rules/api-tokens.ts';
import * as loginTokens from '../../src/capabilities/logins/rules/tokens.ts';
import * as sessions from '../../src/capabilities/logins/rules/sessions.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount());
});
afterEach(() => here.remove());

const ownerOf = async (username: string) => (await storedAccount(here, username))?.owner;
const heldBy = async (user: string) => {
  const { privileges } = await callerNamed(here, user);
  return privileges === 'all' ? 'all' : [...privileges].sort();
};

/** The privileges that setupreseller grants. */
const initial = [
  'acct-summary',
  'basic-system-info',
  'basic-whm-functions',
  'connected-applications',
  'cors-proxy-get',
  'cpanel-api',
  'cpanel-integration',
  'create-user-session',
  'digest-auth',
  'generate-email-config',
  'list-pkgs',
  'manage-api-tokens',
  'manage-dns-records',
  'manage-oidc',
  'manage-styles',
  'mysql-info',
  'ns-config',
  'public-contact',
  'ssl-info',
  'track-email',
];

/** Users who cannot be managed as resellers, and the messages. */
const noResellers = [
  [
    'bob',
    'not_found',
    'Not a reseller: “bob” is an ordinary account. Make it a reseller with setupreseller.',
  ],
  ['nobody', 'not_found', 'You do not have a user named “nobody”.'],
  ['root', 'not_found', 'Not a reseller: “root” has every privilege and no limits.'],
] as const;

describe.each([
  ['unsetupreseller', 'user', {}],
  ['setacls', 'reseller', { 'acl-list-accts': '1' }],
  ['grant_reseller_privilege', 'user', { privilege: 'list-accts' }],
  ['revoke_reseller_privilege', 'user', { privilege: 'list-accts' }],
  ['setresellerlimits', 'user', {}],
  ['setresellerpackagelimit', 'user', { package: 'default' }],
  ['setresellerips', 'user', {}],
  ['setresellermainip', 'user', { ip: '192.0.2.1' }],
  ['setresellernameservers', 'user', { nameservers: 'ns1.example.com' }],
  ['suspendreseller', 'user', {}],
  ['unsuspendreseller', 'user', {}],
  ['terminatereseller', 'user', { terminatereseller: '1' }],
])('%s', (command, param, args) => {
  it.each(noResellers)('rejects %s', async (user, code, reason) => {
    const { metadata } = await here.call(command, { ...args, [param]: user });
    expect(metadata).toMatchObject({ result: 0, error_code: code, reason });
    expect(await storedAccount(here, 'bob')).toEqual(anAccount());
  });

  it('is for root only', async () => {
    await here.call('setupreseller', { user: 'bob' });
    const before = await heldBy('bob');
    const as = reseller('bob', 'edit-account', 'create-acct', 'suspend-acct', 'kill-acct');
    const { metadata } = await here.call(command, { ...args, [param]: 'bob' }, { as });
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: `You may not call “${command}”. Only root may call it.`,
    });
    expect(await heldBy('bob')).toEqual(before);
  });
});

describe('setupreseller', () => {
  it('grants an account the initial privileges and keeps its owner', async () => {
    expect(await here.call('setupreseller', { user: 'bob' })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'setupreseller' },
    });
    expect(await heldBy('bob')).toEqual(initial);
    expect(await ownerOf('bob')).toBe('root');
    expect((await here.call('acctcounts', { user: 'bob' })).data).toEqual({
      reseller: { active: 0, limit: null, suspended: 0, user: 'bob' },
    });
  });

  it('makes the account its own owner with makeowner=1', async () => {
    await here.call('setupreseller', { user: 'bob', makeowner: '1' });
    expect(await storedAccount(here, 'bob')).toEqual(anAccount({ owner: 'bob' }));
  });

  it('succeeds for a reseller, which keeps its privileges, and says so', async () => {
    await here.call('setupreseller', { user: 'bob' });
    await here.call('setacls', { reseller: 'bob', 'acl-list-accts': '1' });
    expect((await here.call('setupreseller', { user: 'bob' })).metadata).toMatchObject({
      result: 1,
      output: { messages: ['“bob” is already a reseller and keeps its privileges.'] },
    });
    expect(await heldBy('bob')).toEqual(['list-accts']);
    expect(await ownerOf('bob')).toBe('root');
    await here.call('setupreseller', { user: 'bob', makeowner: '1' });
    expect(await heldBy('bob')).toEqual(['list-accts']);
    expect(await ownerOf('bob')).toBe('bob');
  });

  it('rejects root, and nonexistent accounts', async () => {
    expect((await here.call('setupreseller', { user: 'root' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: '“root” cannot be made a reseller: it already has every privilege.',
    });
    expect((await here.call('setupreseller', { user: 'nobody' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “nobody”.',
    });
  });

  it('saves nothing in a dry run', async () => {
    await here.call('setupreseller', { user: 'bob', makeowner: '1' }, { dryRun: true });
    expect((await here.call('listresellers')).data).toEqual({ reseller: [] });
    expect(await ownerOf('bob')).toBe('root');
  });
});

describe('unsetupreseller', () => {
  beforeEach(async () => {
    await here.call('setupreseller', { user: 'bob', makeowner: '1' });
    await addAccounts(here, anAccount({ username: 'alice', owner: 'bob' }));
  });

  it('transfers the reseller’s accounts to root', async () => {
    await here.call('grant_reseller_privilege', { user: 'bob', privilege: 'add-pkg' });
    const limits = { maxsub: '1', maxsql: '1', maxpop: '1', maxlst: '1', maxftp: '1' };
    await here.call('addpkg', { name: 'small', ...limits }, { as: await callerNamed(here, 'bob') });
    expect((await here.call('unsetupreseller', { user: 'bob' })).metadata).toMatchObject({
      result: 1,
      output: { messages: ['2 accounts now belong to root.'] },
    });
    expect(await ownerOf('bob')).toBe('root');
    expect(await ownerOf('alice')).toBe('root');
    expect((await here.call('listresellers')).data).toEqual({ reseller: [] });
    const pkg = { pkgname: 'bob_small' };
    const asBob = reseller('bob', 'add-pkg');
    expect((await here.call('killpkg', pkg, { as: asBob })).metadata.error_code).toBe('not_found');
    expect((await here.call('killpkg', pkg)).metadata.result).toBe(1);
  });

  it('leaves nothing behind for an account that becomes a reseller again', async () => {
    await here.call('setresellerlimits', { user: 'bob', enable_account_limit: '1', account_limit: '3' });
    await here.call('setresellerips', { user: 'bob', delegate: '1', ips: '192.0.2.2' });
    await here.call('set_public_contact', { name: 'Bob' }, { as: await callerNamed(here, 'bob') });
    await here.call('setacls', { reseller: 'bob', 'acl-create-acct': '1' });
    await here.call('unsetupreseller', { user: 'bob' });
    await here.call('setupreseller', { user: 'bob' });
    expect(await heldBy('bob')).toEqual(initial);
    const as = await callerNamed(here, 'bob');
    expect((await here.call('acctcounts', {}, { as })).data).toMatchObject({ reseller: { limit: null } });
    expect((await here.call('getresellerips', {}, { as })).data).toMatchObject({ all: 1 });
    expect((await here.call('get_public_contact', {}, { as })).data).toEqual({ name: '', url: '' });
  });
});

describe('listresellers', () => {
  it('lists names, sorted, without root', async () => {
    await addAccounts(here, anAccount({ username: 'alice' }), anAccount({ username: 'carl' }));
    await here.call('setupreseller', { user: 'carl' });
    await here.call('setupreseller', { user: 'alice' });
    expect((await here.call('listresellers')).data).toEqual({ reseller: ['alice', 'carl'] });
  });

  it('is for root only', async () => {
    const { metadata } = await here.call('listresellers', {}, { as: reseller('bob', 'list-accts') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('set_public_contact and get_public_contact', () => {
  const bob = reseller('bob', 'public-contact');
  const contactOf = async (as = bob) => (await here.call('get_public_contact', {}, { as })).data;

  it('keep each caller’s information separately', async () => {
    const args = { name: 'Bob’s Hosting', url: 'https://bob.example/contact?from=panel' };
    expect((await here.call('set_public_contact', args, { as: bob })).metadata.reason).toBe('OK');
    await here.call('set_public_contact', { name: 'Root' });
    expect(await contactOf()).toEqual(args);
    expect((await here.call('get_public_contact')).data).toEqual({ name: 'Root', url: '' });
    expect(await contactOf(reseller('carl', 'public-contact'))).toEqual({ name: '', url: '' });
  });

  it('keep omitted fields, and clear empty ones', async () => {
    await here.call('set_public_contact', { name: 'Bob', url: 'http://bob.example' }, { as: bob });
    await here.call('set_public_contact', { name: '' }, { as: bob });
    expect(await contactOf()).toEqual({ name: '', url: 'http://bob.example' });
    await here.call('set_public_contact', { url: '' }, { as: bob });
    expect(await contactOf()).toEqual({ name: '', url: '' });
  });

  it.each(['javascript:alert(1)', 'bob.example', 'https://', 'https://bob@evil.example', 'http://a b'])(
    'reject the address %j',
    async (url) => {
      const { metadata } = await here.call('set_public_contact', { name: 'Bob', url }, { as: bob });
      expect(metadata).toMatchObject({
        error_code: 'bad_param',
        reason: `The parameter “url” should be a web address such as https://example.com/contact, or empty, not “${url}”.`,
      });
      expect(await contactOf()).toEqual({ name: '', url: '' });
    },
  );

  it.each(['get_public_contact', 'set_public_contact'])(
    'require the privilege from a reseller: %s',
    async (name) => {
      const { metadata } = await here.call(name, {}, { as: reseller('bob', 'list-accts') });
      expect(metadata.reason).toBe(`You may not call “${name}”. It requires the privilege “public-contact”.`);
    },
  );
});

describe('logins of a reseller', () => {
  /** Which of the four kinds of login work for “bob”. */
  interface Logins {
    readonly token: Uint8Array;
    readonly hash: Uint8Array;
    readonly session: sessions.Opened;
    readonly link: Uint8Array;
  }
  const transaction = <T>(work: (context: Parameters<typeof sessions.open>[0]) => Promise<T>) => {
    const { now, randomBytes, sha256, store } = here.engine;
    return store.transaction('changes', async (db) => ({
      value: await work({ db, now, randomBytes, sha256 }),
      keep: true,
    }));
  };
  const logIn = async (): Promise<Logins> => {
    const { sha256 } = here.engine;
    const as = { as: reseller('bob', ...initial) };
    const made = await here.call('api_token_create', { token_name: 'mine' }, as);
    const hash = await here.call('accesshash', { user: 'bob', generate: '1' }, as);
    return transaction(async (context) => {
      const link = { user: 'bob', service: 'whostmgrd', app: '', lifetimeMs: 60_000 } as const;
      return {
        token: await sha256(made.data?.token as string),
        hash: await sha256(accessHashes.plain(hash.data?.accesshash as string)),
        session: await sessions.open(context, 'bob', {
          service: 'whostmgrd',
          address: '192.0.2.1',
          authentication: 'password',
        }),
        link: await sha256((await loginTokens.make(context, link)).text),
      };
    });
  };
  const working = ({ token, hash, session, link }: Logins) =>
    transaction(async (context) => {
      const { db, now } = context;
      const shown = { user: 'bob', tokenHash: token, address: '192.0.2.1', now: now() };
      return {
        token: !('problem' in (await apiTokens.authenticate(db, shown))),
        hash: (await accessHashes.authenticate(db, { user: 'bob', hash })) !== undefined,
        session: (await sessions.find(context, { service: 'whostmgrd', ...session })) !== undefined,
        link: (await loginTokens.redeem(context, link)) !== undefined,
      };
    });
  const none = { token: false, hash: false, session: false, link: false };

  it('work while the account is a reseller', async () => {
    await here.call('setupreseller', { user: 'bob' });
    expect(await working(await logIn())).toEqual({ token: true, hash: true, session: true, link: true });
  });

  it('do not return with unsetupreseller and setupreseller', async () => {
    await here.call('setupreseller', { user: 'bob' });
    const old = await logIn();
    await here.call('unsetupreseller', { user: 'bob' });
    await here.call('setupreseller', { user: 'bob' });
    expect(await working(old)).toEqual(none);
    expect((await here.call('api_token_list', {}, { as: reseller('bob', ...initial) })).data).toEqual({
      tokens: {},
    });
  });

  it('do not return with terminatereseller, createacct and setupreseller', async () => {
    await here.call('setupreseller', { user: 'bob' });
    const old = await logIn();
    await here.call('terminatereseller', { user: 'bob', terminatereseller: '1' });
    await addAccounts(here, anAccount());
    await here.call('setupreseller', { user: 'bob' });
    expect(await working(old)).toEqual(none);
  });
});
