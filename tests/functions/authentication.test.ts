import type { Db } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

// `oathtool --totp -b WJ73QJSKZBXCIFPZ --now=…`, around the installation's time of 2026-03-01T12:00:10Z.
const SECRET = 'WJ73QJSKZBXCIFPZ';
const CODE = {
  twoBefore: '143103',
  before: '848330',
  now: '605029',
  after: '503751',
  twoAfter: '788129',
  fourMinutesAhead: '400782',
};
const OTHER_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const set = (token: string, secret = SECRET) =>
  here.call('twofactorauth_set_tfa_config', { secret, tfa_token: token });
const isEnabled = async (user: string) =>
  (await here.call('twofactorauth_get_user_configs', { user })).data?.[user];
const secretsOf = async (user: string) =>
  (await here.call('twofactorauth_get_tfa_config_for_user', { user })).data?.[user];
const store = (configs: Parameters<Installation['call']>[1]) =>
  here.call('twofactorauth_set_tfa_config_for_user', configs);

describe('twofactorauth_generate_tfa_config', () => {
  it('returns a secret of 16 characters and its URI', async () => {
    const { data } = await here.call('twofactorauth_generate_tfa_config');
    expect(data).toEqual({
      secret: 'BMYFK6U7YTUQ4M2Y',
      otpauth_str: 'otpauth://totp/server.example.com:root?secret=BMYFK6U7YTUQ4M2Y&issuer=server.example.com',
    });
  });

  it('returns a secret of 32 characters if requested', async () => {
    const { data } = await here.call('twofactorauth_generate_tfa_config', { secret_length: '32' });
    expect(data?.secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('rejects other lengths', async () => {
    const { metadata } = await here.call('twofactorauth_generate_tfa_config', { secret_length: '20' });
    expect(metadata.reason).toBe('The parameter “secret_length” should be “16” or “32”, not “20”.');
  });

  it('encodes the issuer according to the Key URI format', async () => {
    await here.call('twofactorauth_set_issuer', { issuer: 'Exämple & Söhne / L.L.C.' });
    const { data } = await here.call('twofactorauth_generate_tfa_config');
    expect(data?.otpauth_str).toBe(
      'otpauth://totp/Ex%C3%A4mple%20%26%20S%C3%B6hne%20%2F%20L.L.C.:root?secret=BMYFK6U7YTUQ4M2Y&issuer=Ex%C3%A4mple%20%26%20S%C3%B6hne%20%2F%20L.L.C.',
    );
  });

  it('stores nothing', async () => {
    await here.call('twofactorauth_generate_tfa_config');
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  it('uses real randomness for each secret', async () => {
    here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
    const secrets = new Set<unknown>();
    for (let at = 0; at < 20; at++) {
      secrets.add((await here.call('twofactorauth_generate_tfa_config')).data?.secret);
    }
    expect(secrets.size).toBe(20);
  });
});

describe('twofactorauth_set_tfa_config', () => {
  it('turns 2FA on with a valid code', async () => {
    await here.call('twofactorauth_enable_policy');
    expect(await set(CODE.now)).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_set_tfa_config' },
      data: { success: 1 },
    });
    expect(await isEnabled('root')).toEqual({ is_enabled: 1, primary_domain: null });
  });

  it('says so if the policy is off', async () => {
    expect((await set(CODE.now)).metadata.output?.warnings).toEqual([
      'Logins require codes only if the policy is enabled: call twofactorauth_enable_policy.',
    ]);
  });

  it.each([
    ['the step before', CODE.before],
    ['the step after', CODE.after],
    ['a space in the middle', '605 029'],
  ])('accepts a code of %s', async (_what, token) => {
    expect((await set(token)).data).toEqual({ success: 1 });
  });

  it.each([
    ['two steps after', CODE.twoAfter],
    ['two steps before', CODE.twoBefore],
  ])('rejects a code of %s', async (_what, token) => {
    expect((await set(token)).metadata.error_code).toBe('tfa_invalid');
  });

  it.each([
    ['lower case', 'wj73qjskzbxcifpz'],
    ['spaces', 'WJ73 QJSK ZBXC IFPZ'],
    ['padding', 'WJ73QJSKZBXCIFPZ======'],
  ])('accepts a secret with %s', async (_what, secret) => {
    expect((await set(CODE.now, secret)).data).toEqual({ success: 1 });
    expect(await secretsOf('root')).toEqual({ primary_account: { secret: SECRET } });
  });

  it.each([
    ['a digit that Base32 lacks', 'WJ73QJSKZBXCIFP1'],
    ['fewer than 16 characters', 'WJ73QJSKZBXCIFP'],
    ['a length that is not a whole number of bytes', 'WJ73QJSKZBXCIFPZA'],
    ['more than 64 bytes', 'A'.repeat(104)],
    ['padding in the middle', 'WJ73QJSK=ZBXCIFPZ'],
  ])('rejects a secret with %s', async (_what, secret) => {
    const { metadata, data } = await set(CODE.now, secret);
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: 'The parameter “secret” should be Base32: 16 to 103 characters of A-Z and 2-7.',
    });
    expect(data).toEqual({ success: 0 });
  });

  it.each(['', '12345', '1234567', 'abcdef', '12345６', '605029\n'])(
    'rejects “%s” as a code',
    async (token) => {
      const { metadata, data } = await set(token);
      expect(metadata.result).toBe(0);
      expect(metadata.reason).toMatch(
        /^The parameter “tfa_token” .*should be the six digits that the app shows\.$/,
      );
      expect(data).toEqual({ success: 0 });
    },
  );

  it('names both parameters if both are missing', async () => {
    const { metadata } = await here.call('twofactorauth_set_tfa_config');
    expect(metadata).toMatchObject({
      error_code: 'missing_param',
      reason:
        'The parameter “secret” is required: it should be Base32: 16 to 103 characters of A-Z and 2-7. ' +
        'The parameter “tfa_token” is required: it should be the six digits that the app shows.',
    });
  });

  it('rejects a wrong code and stores nothing', async () => {
    expect(await set('000000')).toEqual({
      metadata: {
        version: 1,
        reason: 'The security code is invalid.',
        result: 0,
        command: 'twofactorauth_set_tfa_config',
        error_code: 'tfa_invalid',
      },
      data: { success: 0 },
    });
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  it('explains a code that fits a clock four minutes ahead', async () => {
    expect((await set(CODE.fourMinutesAhead)).metadata.reason).toBe(
      "The security code is invalid. It fits a clock that is about 4 minutes ahead of this server's; check the time on both.",
    );
  });

  it('explains a code that fits a clock four minutes behind', async () => {
    here.time += 5 * 60_000;
    expect((await set(CODE.now)).metadata.reason).toBe(
      "The security code is invalid. It fits a clock that is about 5 minutes behind this server's; check the time on both.",
    );
  });

  it('does not explain a code more than ten minutes off', async () => {
    here.time += 11 * 60_000;
    expect((await set(CODE.now)).metadata.reason).toBe('The security code is invalid.');
  });

  it('rejects a time step that was already used', async () => {
    await set(CODE.now);
    expect((await set(CODE.now)).metadata).toMatchObject({
      result: 0,
      error_code: 'tfa_replayed',
      reason: 'The security code is invalid. It was used before: wait for your app to show the next one.',
    });
  });

  it('rejects a step before the used one', async () => {
    await set(CODE.now);
    expect((await set(CODE.before)).metadata.error_code).toBe('tfa_replayed');
  });

  it('rejects a used step even after the configuration was removed', async () => {
    await set(CODE.now);
    await here.call('twofactorauth_remove_user_config', { user: 'root' });
    expect((await set(CODE.now)).metadata.error_code).toBe('tfa_replayed');
  });

  it('replaces the secret if the code matches the new one', async () => {
    await set(CODE.now);
    here.time += 60_000;
    // oathtool --totp -b JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP --now='2026-03-01 12:01:10 UTC'
    expect((await set('084788', OTHER_SECRET)).data).toEqual({ success: 1 });
    expect(await secretsOf('root')).toEqual({ primary_account: { secret: OTHER_SECRET } });
  });

  it('keeps the old secret if the code matches the old one', async () => {
    await set(CODE.now);
    here.time += 60_000;
    expect((await set(CODE.twoAfter, OTHER_SECRET)).metadata.error_code).toBe('tfa_invalid');
    expect(await secretsOf('root')).toEqual({ primary_account: { secret: SECRET } });
  });

  it('locks for five minutes after five wrong codes within five minutes', async () => {
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect((await set('000000')).metadata.reason).toBe('The security code is invalid.');
      here.time += 30_000;
    }
    expect((await set('000000')).metadata).toMatchObject({
      error_code: 'tfa_invalid',
      reason:
        'The security code is invalid. After 5 wrong codes within five minutes, no code is accepted until 2026-03-01 12:07:10 UTC.',
    });
    here.time += 10_000;
    expect((await set(CODE.now)).metadata).toMatchObject({
      error_code: 'tfa_locked',
      reason:
        'The security code was not checked. After 5 wrong codes within five minutes, no code is accepted until 2026-03-01 12:07:10 UTC.',
    });
  });

  it('accepts attempts again at the time that the lock names', async () => {
    for (let attempt = 1; attempt <= 5; attempt++) await set('000000');
    here.time = Date.parse('2026-03-01T12:05:09.999Z');
    expect((await set('000000')).metadata.error_code).toBe('tfa_locked');
    here.time = Date.parse('2026-03-01T12:05:10Z');
    expect((await set('000000')).metadata.error_code).toBe('tfa_invalid');
  });

  it('does not lock if the wrong codes are more than five minutes apart', async () => {
    for (let attempt = 1; attempt <= 4; attempt++) await set('000000');
    here.time += 5 * 60_000;
    expect((await set('000000')).metadata.reason).toBe('The security code is invalid.');
  });

  it('forgets wrong codes after a correct one', async () => {
    for (let attempt = 1; attempt <= 4; attempt++) await set('000000');
    expect((await set(CODE.now)).data).toEqual({ success: 1 });
    expect((await set('000000')).metadata.reason).toBe('The security code is invalid.');
  });

  it('does not count a used code as a wrong one', async () => {
    await set(CODE.now);
    for (let attempt = 1; attempt <= 6; attempt++) {
      expect((await set(CODE.now)).metadata.error_code).toBe('tfa_replayed');
    }
  });

  it('counts the wrong codes of each user separately', async () => {
    const bob = reseller('bob', 'create-acct');
    for (let attempt = 1; attempt <= 5; attempt++) await set('000000');
    const answer = await here.call(
      'twofactorauth_set_tfa_config',
      { secret: SECRET, tfa_token: CODE.now },
      { as: bob },
    );
    expect(answer.data).toEqual({ success: 1 });
  });

  it('requires the privilege create-acct from a reseller', async () => {
    const answer = await here.call(
      'twofactorauth_set_tfa_config',
      { secret: SECRET, tfa_token: CODE.now },
      { as: reseller('bob', 'list-accts') },
    );
    expect(answer.metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You may not call “twofactorauth_set_tfa_config”. It requires the privilege “create-acct”.',
    });
  });

  it('writes neither the secret nor the code to the audit log', async () => {
    await set(CODE.now);
    expect(here.audit()).toMatchObject([
      {
        time: '2026-03-01T12:00:10.000Z',
        caller: 'root',
        function: 'twofactorauth_set_tfa_config',
        arguments: [
          ['secret', '***'],
          ['tfa_token', '***'],
        ],
        result: 1,
      },
    ]);
  });
});

describe('twofactorauth_enable_policy', () => {
  it('turns the policy on', async () => {
    expect(await here.call('twofactorauth_enable_policy')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_enable_policy' },
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 1 });
  });

  it('is for root only', async () => {
    const answer = await here.call(
      'twofactorauth_enable_policy',
      {},
      { as: reseller('bob', 'create-acct', 'all') },
    );
    expect(answer.metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You may not call “twofactorauth_enable_policy”. Only root may call it.',
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });
});

describe('twofactorauth_disable_policy', () => {
  it('turns the policy off and keeps the configurations', async () => {
    await here.call('twofactorauth_enable_policy');
    await set(CODE.now);
    await here.call('twofactorauth_disable_policy');
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
    expect(await isEnabled('root')).toEqual({ is_enabled: 1, primary_domain: null });
  });
});

describe('twofactorauth_policy_status', () => {
  it('is off in a new installation', async () => {
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });
});

describe('twofactorauth_get_issuer', () => {
  it('returns the hostname if no issuer is set', async () => {
    expect((await here.call('twofactorauth_get_issuer')).data).toEqual({
      issuer: 'server.example.com',
      system_wide_issuer: 'server.example.com',
    });
  });
});

describe('twofactorauth_set_issuer', () => {
  const bob = reseller('bob', 'create-acct');

  it('applies to the whole system if root sets it', async () => {
    await here.call('twofactorauth_set_issuer', { issuer: 'Example Hosting' });
    expect((await here.call('twofactorauth_get_issuer', {}, { as: bob })).data).toEqual({
      issuer: 'Example Hosting',
      system_wide_issuer: 'Example Hosting',
    });
  });

  it('applies to the reseller only if a reseller sets it', async () => {
    await here.call('twofactorauth_set_issuer', { issuer: 'Bob’s Sites' }, { as: bob });
    expect((await here.call('twofactorauth_get_issuer', {}, { as: bob })).data).toEqual({
      issuer: 'Bob’s Sites',
      system_wide_issuer: 'server.example.com',
    });
    expect((await here.call('twofactorauth_get_issuer')).data).toEqual({
      issuer: 'server.example.com',
      system_wide_issuer: 'server.example.com',
    });
  });

  it.each([
    ['is empty', ''],
    ['has only spaces', '   '],
    ['has a line break', 'a\nb'],
    ['has a control character', 'a\u0007b'],
    ['has an invisible formatting character', 'a\u202eb'],
    ['has a colon', 'Example: Hosting'],
    ['is longer than 64 characters', 'x'.repeat(65)],
  ])('rejects an issuer that %s', async (_what, issuer) => {
    const { metadata } = await here.call('twofactorauth_set_issuer', { issuer });
    expect(metadata.result).toBe(0);
    expect(metadata.reason).toContain(
      'should be 1 to 64 characters on one line, without colons and control characters, not only spaces',
    );
    expect((await here.call('twofactorauth_get_issuer')).data).toMatchObject({
      issuer: 'server.example.com',
    });
  });
});

describe('twofactorauth_get_user_configs', () => {
  it('lists nobody in a new installation', async () => {
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  it('lists every enrolled user', async () => {
    await set(CODE.now);
    await store({ bob: { primary_account: { secret: OTHER_SECRET } } });
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({
      bob: { is_enabled: 1, primary_domain: null },
      root: { is_enabled: 1, primary_domain: null },
    });
  });

  it('returns a user who is not enrolled', async () => {
    expect(await isEnabled('root')).toEqual({ is_enabled: 0, primary_domain: null });
  });

  it('rejects an unknown user', async () => {
    expect((await here.call('twofactorauth_get_user_configs', { user: 'web08' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “web08”.',
    });
  });
});

describe('twofactorauth_remove_user_config', () => {
  it('removes several, and says why one was not removed', async () => {
    await store({
      bob: { primary_account: { secret: SECRET } },
      eve: { primary_account: { secret: OTHER_SECRET } },
    });
    const answer = await here.call('twofactorauth_remove_user_config', {
      'user-2': 'web08',
      'user-1': 'bob',
      user: 'eve',
    });
    expect(answer).toMatchObject({
      metadata: { result: 1, reason: 'OK' },
      data: { users_modified: ['eve', 'bob'], failed: { web08: 'You do not have a user named “web08”.' } },
    });
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  it('reports root as modified even if root had no configuration, and says so', async () => {
    const none = await here.call('twofactorauth_remove_user_config', { user: 'nobody' });
    expect(none).toMatchObject({
      metadata: {
        result: 1,
        output: { warnings: ['No user was modified. See “failed” for the reasons.'] },
      },
      data: { users_modified: [] },
    });
    const { metadata, data } = await here.call('twofactorauth_remove_user_config', { user: 'root' });
    expect(data).toEqual({ users_modified: ['root'], failed: {} });
    expect(metadata.output).toEqual({ messages: ['“root” had not set up two-factor authentication.'] });
  });

  it('names a user once who is given twice', async () => {
    expect((await here.call('twofactorauth_remove_user_config', { user: ['root', 'root'] })).data).toEqual({
      users_modified: ['root'],
      failed: {},
    });
  });
});

test('twofactorauth_get_user_configs sends the store one query, whatever the number of users', async () => {
  await store(
    Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`user${at}`, { primary_account: { secret: SECRET } }]),
    ),
  );
  const questions: string[] = [];
  const counted = (db: Db): Db => ({
    ...db,
    dialect: db.dialect,
    server: db.server,
    run: (sql, ...values) => db.run(sql, ...values),
    get: (sql, ...values) => {
      questions.push(sql);
      return db.get(sql, ...values);
    },
    all: (sql, ...values) => {
      questions.push(sql);
      return db.all(sql, ...values);
    },
  });
  const { store: usual } = here.engine;
  here.overrides.store = {
    transaction: (effect, work) => usual.transaction(effect, (db, nested) => work(counted(db), nested)),
  };
  const { data } = await here.call('twofactorauth_get_user_configs');
  const ofUsers = questions.filter((sql) => !sql.includes('operation'));
  expect([Object.keys(data ?? {}).length, ofUsers.length]).toEqual([50, 1]);
});

describe('twofactorauth_get_tfa_config_for_user', () => {
  it('returns every secret of the user', async () => {
    const config = {
      primary_account: { secret: SECRET },
      email: { 'info@bob.example': { secret: OTHER_SECRET } },
      team: { alice: { secret: OTHER_SECRET } },
    };
    await store({ bob: config });
    expect((await here.call('twofactorauth_get_tfa_config_for_user', { user: 'bob' })).data).toEqual({
      bob: config,
    });
  });

  it('returns an empty hash for a user without secrets', async () => {
    expect((await here.call('twofactorauth_get_tfa_config_for_user', { user: 'root' })).data).toEqual({
      root: {},
    });
  });

  it('is for root only', async () => {
    const answer = await here.call(
      'twofactorauth_get_tfa_config_for_user',
      { user: 'root' },
      { as: reseller('bob', 'create-acct') },
    );
    expect(answer.metadata.error_code).toBe('denied');
  });
});

describe('twofactorauth_set_tfa_config_for_user', () => {
  it('accepts the whole response of another server', async () => {
    await store({ bob: { primary_account: { secret: SECRET } } });
    const answer = await here.call('twofactorauth_get_tfa_config_for_user', { user: 'bob' });
    const there = new Installation();
    try {
      const moved = await there.call(
        'twofactorauth_set_tfa_config_for_user',
        JSON.parse(JSON.stringify(answer)) as Record<string, Json>,
      );
      expect(moved.metadata.result).toBe(1);
      expect((await there.call('twofactorauth_get_tfa_config_for_user', { user: 'bob' })).data).toEqual({
        bob: { primary_account: { secret: SECRET } },
      });
    } finally {
      there.remove();
    }
  });

  it('keeps secrets of other kinds', async () => {
    await store({ bob: { email: { 'info@bob.example': { secret: SECRET } } } });
    await store({ bob: { primary_account: { secret: OTHER_SECRET } } });
    expect(await secretsOf('bob')).toEqual({
      primary_account: { secret: OTHER_SECRET },
      email: { 'info@bob.example': { secret: SECRET } },
    });
  });

  it('also reads JSON text, as the command line passes it', async () => {
    await store({ bob: JSON.stringify({ primary_account: { secret: SECRET } }) });
    expect(await secretsOf('bob')).toEqual({ primary_account: { secret: SECRET } });
  });

  it('stores all or nothing, and names every error', async () => {
    const { metadata } = await store({
      ann: { primary_account: { secret: SECRET } },
      Bob: { primary_account: { secret: SECRET } },
      cid: { primary_account: { secret: 'short' }, phone: {} },
      dan: { email: { 'no address': { secret: SECRET } }, team: [] },
      eve: 'x',
    });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toBe(
      '“Bob” should be a username: at most 32 lower-case letters, digits, “_” and “-”, the first a letter. ' +
        '“cid.primary_account” should hold {"secret": …} with 16 to 103 Base32 characters. ' +
        '“cid” holds “phone”, which is not “primary_account”, “email” or “team”. ' +
        '“no address” in “dan.email” is no email address. ' +
        '“dan.team” should hold a JSON object of names. ' +
        '“eve” should hold a JSON object with “primary_account”, “email” or “team”.',
    );
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  it('requires at least one user', async () => {
    expect((await store({})).metadata.error_code).toBe('missing_param');
  });

  it.each(['__proto__', 'constructor', 'toString'])('rejects a user named %s', async (user) => {
    const configs = JSON.parse(`{"${user}": {"primary_account": {"secret": "${SECRET}"}}}`) as Record<
      string,
      never
    >;
    const { metadata } = await here.call('twofactorauth_set_tfa_config_for_user', configs);
    if (user === '__proto__') expect(metadata.error_code).toBe('bad_param');
    expect(Object.hasOwn(Object.prototype, 'primary_account')).toBe(false);
  });

  it('writes no secret to the audit log', async () => {
    await store({ bob: { primary_account: { secret: SECRET } } });
    expect(JSON.stringify(here.audit())).not.toContain(SECRET);
  });
});
