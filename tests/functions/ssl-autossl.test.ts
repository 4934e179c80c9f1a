import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import * as timers from '../../src/ground/rules/tasks/timers.ts';
import autosslCheck from '../../src/capabilities/certificates/tasks/autossl-check.ts';
import { AcmeIssuer } from '../support/acme-issuer.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
const issuer = new AcmeIssuer();
beforeAll(() => issuer.start());
afterAll(() => issuer.stop());
beforeEach(() => {
  here = new Installation({ environment: issuer.environment });
});
afterEach(() => {
  here.remove();
  issuer.terms = 'https://issuer.example/terms-1.pdf';
  issuer.requiresExternalAccount = false;
  issuer.problem = undefined;
  issuer.registrations.length = 0;
});

const accept = () => ({
  provider: 'LetsEncrypt',
  x_directory_url: issuer.directory,
  x_terms_of_service_accepted: issuer.terms ?? '',
});

interface Provider {
  readonly enabled: number;
  readonly x_account_id: string;
  readonly x_terms_of_service: string;
  readonly x_terms_of_service_accepted: number;
}

async function provider(): Promise<Provider> {
  const { data } = await here.call('get_autossl_providers');
  return (data as unknown as { payload: [Provider] }).payload[0];
}

describe('get_autossl_providers', () => {
  it('lists Let’s Encrypt, and says if the issuer cannot be asked', async () => {
    const { data, metadata } = await here.call('get_autossl_providers');
    expect(data).toMatchObject({
      payload: [
        {
          ...{ module_name: 'LetsEncrypt', enabled: 0, x_account_id: '', x_terms_of_service: '' },
          specs: { AVERAGE_DELIVERY_TIME: null, VALIDITY_PERIOD: 5_529_600 },
        },
      ],
    });
    expect(metadata.output?.warnings).toEqual([
      'https://127.0.0.1:1/ could not be asked. The issuer (127.0.0.1:1) refuses connections.',
    ]);
  });

  it('returns the present terms, and whether they were accepted', async () => {
    const old = issuer.terms;
    await here.call('set_autossl_provider', accept());
    expect(await provider()).toMatchObject({ x_terms_of_service: old, x_terms_of_service_accepted: 1 });
    issuer.terms = 'https://issuer.example/terms-2.pdf';
    expect(await provider()).toMatchObject({
      ...{ enabled: 1, x_terms_of_service: issuer.terms, x_terms_of_service_accepted: 0 },
    });
  });

  it('is for root only', async () => {
    const { metadata } = await here.call('get_autossl_providers', {}, { as: reseller('ann', 'ssl') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('set_autossl_provider', () => {
  it('registers once, and keeps the account', async () => {
    expect((await here.call('set_autossl_provider', accept())).metadata).toMatchObject({ result: 1 });
    expect(issuer.registrations).toHaveLength(1);
    expect(issuer.registrations[0]?.payload).toEqual({ termsOfServiceAgreed: true, contact: [] });
    const { x_account_id: account } = await provider();
    expect(account).toMatch(/\/account\/1$/);
    await here.call('disable_autossl');
    expect(await provider()).toMatchObject({ enabled: 0, x_account_id: account });
    // Neither the directory nor the terms have to be repeated.
    expect((await here.call('set_autossl_provider', { provider: 'LetsEncrypt' })).metadata.result).toBe(1);
    expect(await provider()).toMatchObject({ enabled: 1, x_account_id: account });
    expect(issuer.registrations).toHaveLength(1);
  });

  it('requires that the present terms are accepted', async () => {
    const without = { provider: 'LetsEncrypt', x_directory_url: issuer.directory };
    const missing = await here.call('set_autossl_provider', without);
    expect(missing.metadata.error_code).toBe('missing_param');
    expect(missing.metadata.reason).toContain(issuer.terms);
    const wrong = { ...without, x_terms_of_service_accepted: 'https://issuer.example/terms-0.pdf' };
    expect((await here.call('set_autossl_provider', wrong)).metadata.error_code).toBe('bad_param');
    expect(issuer.registrations).toHaveLength(0);
    expect((await here.call('get_autossl_providers')).data).toMatchObject({ payload: [{ enabled: 0 }] });

    await here.call('set_autossl_provider', accept());
    issuer.terms = 'https://issuer.example/terms-2.pdf';
    const changed = await here.call('set_autossl_provider', { provider: 'LetsEncrypt' });
    expect(changed.metadata.error_code).toBe('bad_param');
    expect(changed.metadata.reason).toContain('terms-2.pdf');
  });

  it('works with an issuer that has no terms', async () => {
    issuer.terms = undefined;
    const without = { provider: 'LetsEncrypt', x_directory_url: issuer.directory };
    expect((await here.call('set_autossl_provider', without)).metadata.result).toBe(1);
  });

  it('registers nothing in a dry run', async () => {
    const { metadata } = await here.call('set_autossl_provider', accept(), { dryRun: true });
    expect(metadata).toMatchObject({ result: 1, dry_run: 1 });
    expect(issuer.registrations).toHaveLength(0);
    expect((await here.call('get_autossl_providers')).data).toMatchObject({ payload: [{ enabled: 0 }] });
  });

  it('registers the same key after a failure', async () => {
    issuer.problem = { type: 'urn:ietf:params:acme:error:unauthorized', detail: 'Not today.' };
    const { metadata } = await here.call('set_autossl_provider', accept());
    expect(metadata.error_code).toBe('host_failed');
    expect(metadata.reason).toBe('The issuer answered: Not today.');
    issuer.problem = undefined;
    await here.call('set_autossl_provider', { ...accept(), x_terms_of_service_accepted: '' });
    expect(issuer.registrations).toHaveLength(1);
    expect(await provider()).toMatchObject({ enabled: 1 });
  });

  it('binds to an account on the issuer’s site, whose key is neither stored nor logged', async () => {
    issuer.requiresExternalAccount = true;
    const refused = await here.call('set_autossl_provider', accept());
    expect(refused.metadata.error_code).toBe('missing_param');
    expect(refused.metadata.reason).toContain('“x_eab_hmac_key”');
    const half = await here.call('set_autossl_provider', { ...accept(), x_eab_key_id: 'kid-1' });
    expect(half.metadata.reason).toContain('“x_eab_hmac_key” is required too');
    const hmac = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ';
    const both = { ...accept(), x_eab_key_id: 'kid-1', x_eab_hmac_key: hmac };
    expect((await here.call('set_autossl_provider', both)).metadata.result).toBe(1);
    expect(issuer.registrations[0]?.payload).toHaveProperty('externalAccountBinding.signature');
    expect(JSON.stringify(here.audit())).not.toContain(hmac);
  });

  it('rejects unknown providers and directories without TLS', async () => {
    const cpanel = await here.call('set_autossl_provider', { ...accept(), provider: 'cPanel' });
    expect(cpanel.metadata.error_code).toBe('bad_param');
    expect(cpanel.metadata.reason).toContain('LetsEncrypt');
    const plain = { ...accept(), x_directory_url: issuer.directory.replace('https', 'http') };
    expect((await here.call('set_autossl_provider', plain)).metadata.error_code).toBe('bad_param');
  });

  it.each([
    ['a page', '/nonce'],
    ['an issuer’s account', '/account/1'],
  ])('does not take %s for a directory', async (_what, path) => {
    const url = issuer.directory.replace('/directory', path);
    const { metadata } = await here.call('set_autossl_provider', { ...accept(), x_directory_url: url });
    expect(metadata.error_code).toBe('host_failed');
    expect(metadata.reason).toMatch(
      /The issuer’s answer is not a directory|The issuer answered with status 405/,
    );
  });
});

describe('reset_autossl_provider', () => {
  it('registers another key', async () => {
    await here.call('set_autossl_provider', accept());
    expect((await here.call('reset_autossl_provider', { provider: 'LetsEncrypt' })).metadata.result).toBe(1);
    expect(issuer.registrations).toHaveLength(2);
    expect((await provider()).x_account_id).toMatch(/\/account\/2$/);
  });
});

describe('disable_autossl', () => {
  it('says if it was disabled already', async () => {
    const { metadata } = await here.call('disable_autossl');
    expect(metadata.output?.messages).toEqual(['AutoSSL was already disabled.']);
  });
});

describe('get_autossl_metadata, set_autossl_metadata, set_autossl_metadata_key', () => {
  const read = async () =>
    (await here.call('get_autossl_metadata')).data as { payload: Readonly<Record<string, number>> };

  it('begins with WHM’s keys, and notifies of everything', async () => {
    const { payload } = await read();
    const { clobber_externally_signed: clobber, ...notices } = payload;
    expect(clobber).toBe(0);
    expect(Object.keys(notices)).toHaveLength(12);
    expect(new Set(Object.values(notices))).toEqual(new Set([1]));
  });

  it('sets one key, or all of them', async () => {
    await here.call('set_autossl_metadata_key', { key: 'clobber_externally_signed', value: 1 });
    await here.call('set_autossl_metadata_key', { key: 'notify_autossl_renewal', value: 0 });
    expect(await read()).toMatchObject({
      payload: { clobber_externally_signed: 1, notify_autossl_renewal: 0, notify_autossl_expiry: 1 },
    });
    // The key that is left out gets its default.
    await here.call('set_autossl_metadata', { metadata_json: '{"notify_autossl_renewal":"0"}' });
    expect(await read()).toMatchObject({
      payload: { clobber_externally_signed: 0, notify_autossl_renewal: 0 },
    });
  });

  it('names every mistake, and then changes nothing', async () => {
    const json = '{"clobber_externally_signed":1,"notify_autossl_expiry":2,"notify":1}';
    const { metadata } = await here.call('set_autossl_metadata', { metadata_json: json });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain('“notify_autossl_expiry” should be 1 or 0');
    expect(metadata.reason).toContain('no key “notify”');
    expect(await read()).toMatchObject({ payload: { clobber_externally_signed: 0 } });
    const list = await here.call('set_autossl_metadata', { metadata_json: '[]' });
    expect(list.metadata.reason).toContain('JSON object');
  });
});

describe('get_autossl_log, get_autossl_logs_catalog', () => {
  it('is empty before the first run', async () => {
    expect((await here.call('get_autossl_logs_catalog')).data).toEqual({ payload: [] });
    const { metadata } = await here.call('get_autossl_log', { start_time: '2026-03-01T12:00:10Z' });
    expect(metadata.error_code).toBe('not_found');
    expect(metadata.reason).toContain('get_autossl_logs_catalog');
  });
});

describe('get_autossl_problems_for_user, get_autossl_problems_for_domain', () => {
  it('are empty before the first run', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const none = { problems_by_domain: [] };
    expect((await here.call('get_autossl_problems_for_user', { username: 'bob' })).data).toEqual(none);
    expect((await here.call('get_autossl_problems_for_domain', { domain: 'bob.example' })).data).toEqual(
      none,
    );
    const { metadata } = await here.call('get_autossl_problems_for_user', { username: 'eve' });
    expect(metadata.error_code).toBe('not_found');
  });
});

describe('get_autossl_pending_queue, and for a domain or a user', () => {
  it('are empty before the first order', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect((await here.call('get_autossl_pending_queue')).data).toEqual({ pending_certificates: [] });
    const none = { queue_by_domain: [] };
    const forUser = await here.call('get_autossl_pending_queue_for_user', { username: 'bob' });
    expect(forUser.data).toEqual(none);
    const forDomain = await here.call('get_autossl_pending_queue_for_domain', { domain: 'bob.example' });
    expect(forDomain.data).toEqual(none);
  });
});

describe('add_, set_, remove_ and get_autossl_user_excluded_domains', () => {
  const bob = { username: 'bob' };
  const read = async () => {
    const { data } = await here.call('get_autossl_user_excluded_domains', bob);
    const { payload } = data as unknown as { payload: readonly { readonly excluded_domain: string }[] };
    return payload.map(({ excluded_domain: domain }) => domain);
  };
  beforeEach(() => here.call('createacct', { ...bob, domain: 'bob.example' }));

  it('add to, replace and remove from the names of an account', async () => {
    const two = ['www.bob.example', 'MAIL.bob.example'];
    expect(
      (await here.call('add_autossl_user_excluded_domains', { ...bob, domain: two })).metadata.reason,
    ).toBe('OK');
    await here.call('add_autossl_user_excluded_domains', { ...bob, domain: 'bob.example' });
    expect(await read()).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    await here.call('set_autossl_user_excluded_domains', { ...bob, domain: two });
    expect(await read()).toEqual(['mail.bob.example', 'www.bob.example']);
    const { metadata } = await here.call('remove_autossl_user_excluded_domains', {
      ...bob,
      domain: ['mail.bob.example', 'bob.example'],
    });
    expect(metadata.output?.messages).toEqual(['These names were not excluded: “bob.example”.']);
    expect(await read()).toEqual(['www.bob.example']);
    await here.call('set_autossl_user_excluded_domains', bob);
    expect(await read()).toEqual([]);
  });

  it('reject names that the account does not have, and then change nothing', async () => {
    await here.call('createacct', { username: 'eve', domain: 'eve.example' });
    for (const command of ['add_autossl_user_excluded_domains', 'set_autossl_user_excluded_domains']) {
      const domain = ['www.bob.example', 'eve.example'];
      const { metadata } = await here.call(command, { ...bob, domain });
      expect(metadata.error_code).toBe('bad_param');
      expect(metadata.reason).toBe(
        'The account “bob” has no name “eve.example”. Its names are “bob.example”, “www.bob.example”, “mail.bob.example”, ' +
          '“cpanel.bob.example”, “webmail.bob.example”.',
      );
    }
    expect(await read()).toEqual([]);
    const bad = await here.call('add_autossl_user_excluded_domains', { ...bob, domain: 'bob example' });
    expect(bad.metadata.reason).toContain('a domain such as www.example.com');
    const unknown = await here.call('get_autossl_user_excluded_domains', { username: 'ann' });
    expect(unknown.metadata.error_code).toBe('not_found');
  });

  it('follow a renamed account, and end with it', async () => {
    await here.call('add_autossl_user_excluded_domains', { ...bob, domain: 'www.bob.example' });
    await here.call('modifyacct', { user: 'bob', newuser: 'rob' });
    const { data } = await here.call('get_autossl_user_excluded_domains', { username: 'rob' });
    expect(data).toEqual({ payload: [{ excluded_domain: 'www.bob.example' }] });
    await here.call('removeacct', { user: 'rob' });
    await here.call('createacct', { username: 'rob', domain: 'bob.example' });
    const after = await here.call('get_autossl_user_excluded_domains', { username: 'rob' });
    expect(after.data).toEqual({ payload: [] });
  });

  it('are for root only', async () => {
    const call = () => here.call('get_autossl_user_excluded_domains', bob, { as: reseller('ann', 'ssl') });
    expect((await call()).metadata.error_code).toBe('denied');
  });
});

const waiting = () =>
  here.engine.store.transaction('reads', async (db) => ({
    value: (await tasks.list(db)).filter(({ kind }) => kind === 'autossl-check'),
    keep: false,
  }));

describe('start_autossl_check_for_all_users, start_autossl_check_for_one_user', () => {
  it('fail while AutoSSL is disabled', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const all = await here.call('start_autossl_check_for_all_users');
    expect(all.metadata.error_code).toBe('disabled');
    expect(all.metadata.reason).toContain('set_autossl_provider');
    const one = await here.call('start_autossl_check_for_one_user', { username: 'bob' });
    expect(one.metadata.error_code).toBe('disabled');
    expect(await waiting()).toEqual([]);
  });

  it('start a task, and return its number', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    await here.call('set_autossl_provider', accept());
    const { data: all } = await here.call('start_autossl_check_for_all_users');
    const { data: one } = await here.call('start_autossl_check_for_one_user', { username: 'bob' });
    const unknown = await here.call('start_autossl_check_for_one_user', { username: 'eve' });
    expect(unknown.metadata.error_code).toBe('not_found');
    expect(await waiting()).toMatchObject([
      { id: (all as { pid: number }).pid, input: {} },
      { id: (one as { pid: number }).pid, input: { username: 'bob', retries_all: true } },
    ]);
  });
});

describe('createacct', () => {
  it('has a new account checked if AutoSSL is enabled', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect(await waiting()).toEqual([]);
    await here.call('set_autossl_provider', accept());
    await here.call('createacct', { username: 'eve', domain: 'eve.example' });
    expect(await waiting()).toMatchObject([{ input: { username: 'eve' } }]);
    // The new names of an account that gets another domain.
    await here.call('modifyacct', { user: 'bob', domain: 'bobby.example' });
    expect(await waiting()).toMatchObject([{}, { input: { username: 'bob' } }]);
    // One check is enough for both changes.
    await here.call('modifyacct', { user: 'bob', domain: 'robert.example' });
    expect(await waiting()).toHaveLength(2);
  });
});

describe('get_autossl_check_schedule', () => {
  const schedule = async () => {
    const { data, metadata } = await here.call('get_autossl_check_schedule');
    return { ...(data as { cron: string[]; next_time: string }), messages: metadata.output?.messages };
  };

  it('is empty before tasks have run', async () => {
    const { cron, next_time: next, messages } = await schedule();
    expect({ cron, next }).toEqual({ cron: [], next: '' });
    expect(messages?.join()).toContain('Start whmapi1d');
  });

  it('is a night, at the minute of the server’s first start, which stays', async () => {
    const kinds = { 'autossl-check': autosslCheck.timer ?? { everyMs: 1 } };
    const inStore = (work: (db: Parameters<typeof timers.update>[0]) => Promise<void>) =>
      here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
    here.time = new Date(2026, 2, 1, 12, 37).getTime();
    await inStore((db) => timers.update(db, kinds, here.time));
    const first = await schedule();
    expect(first.cron).toEqual(['37', '1', '*', '*', '*']);
    expect(first.messages?.join()).toContain('AutoSSL is disabled');
    expect(new Date(first.next_time)).toEqual(new Date(2026, 2, 2, 1, 37));
    here.time = new Date(2026, 2, 2, 1, 52).getTime();
    await inStore((db) =>
      timers.start(db, kinds, { now: here.time, xid: () => 'xid123', roles: new Set<string>() }),
    );
    expect(new Date((await schedule()).next_time)).toEqual(new Date(2026, 2, 3, 1, 37));
    expect(await waiting()).toMatchObject([{ input: {} }]);
  });
});
