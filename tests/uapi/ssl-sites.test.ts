// The module SSL of UAPI, as far as it is about websites: certificates, AutoSSL, and redirects to HTTPS.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/core/context.ts';
import * as ofAutossl from '../../src/capabilities/certificates/rules/autossl/certificates.ts';
import * as problems from '../../src/capabilities/certificates/rules/autossl/problems.ts';
import * as runs from '../../src/capabilities/certificates/rules/autossl/runs.ts';
import * as settings from '../../src/capabilities/certificates/rules/autossl/settings.ts';
import { certificateOf } from '../../src/capabilities/certificates/rules/x509.ts';
import { Authority } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let authority: Authority;

beforeAll(async () => {
  authority = await Authority.root('Test Root');
});
beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterEach(() => here.remove());

const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', name, args);
const data = async (name: string, args: Record<string, string> = {}) => {
  const answer = await uapi(name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
};
const apache = () => readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
const names = [
  'bob.example',
  ...['www', 'mail', 'cpanel', 'webmail'].map((prefix) => `${prefix}.bob.example`),
];
const issue = (domains: readonly string[] = names) => authority.issue({ domains });
const install = async (domain = 'bob.example', domains?: readonly string[]) => {
  const issued = await issue(domains);
  const { metadata } = await here.call('installssl', { domain, ...issued, cab: authority.crt });
  expect(metadata).toMatchObject({ result: 1 });
  return issued;
};
const addSubdomain = () => data('SubDomain::addsubdomain', { domain: 'shop', rootdomain: 'bob.example' });

describe('redirects to HTTPS', () => {
  const toggle = (domains: string, state: '0' | '1') =>
    uapi('SSL::toggle_ssl_redirect_for_domains', { domains, state });
  const stateOf = (domain: string) =>
    data('DomainInfo::single_domain_data', { domain, return_https_redirect_status: '1' });

  test('SSL::can_ssl_redirect', async () => {
    expect(await data('SSL::can_ssl_redirect')).toBe(1);
  });

  test('SSL::toggle_ssl_redirect_for_domains needs a valid certificate, and shows in lists of domains', async () => {
    expect((await toggle('bob.example', '1')).errors).toEqual([
      expect.stringMatching(/^No valid certificate secures “bob.example”/),
    ]);
    expect(await stateOf('bob.example')).toMatchObject({ can_https_redirect: 0, is_https_redirecting: 0 });
    await install();
    expect(await stateOf('bob.example')).toMatchObject({ can_https_redirect: 1, all_aliases_valid: 1 });
    expect(await toggle('BOB.example,bob.example', '1')).toMatchObject({
      status: 1,
      data: ['bob.example'],
      warnings: null,
    });
    expect(apache()).toContain(
      '"^(bob[.]example|www[.]bob[.]example|mail[.]bob[.]example)[.]?(?::[0-9]+)? [^ ]+ (?:https?://[^/ ]+)?(/[^ ?]*)" [NC]',
    );
    expect(apache()).toContain('RewriteRule "^/" "https://%1%2" [R=301,L,NE]');
    expect(await stateOf('bob.example')).toMatchObject({ is_https_redirecting: 1 });
    expect(await toggle('bob.example', '0')).toMatchObject({ status: 1 });
    expect(apache()).not.toContain('R=301');
  });

  test('a certificate without www. and mail. is enough, with a warning', async () => {
    await install('bob.example', ['bob.example']);
    expect((await toggle('bob.example', '1')).warnings?.[0]).toContain('does not secure all names');
    expect(await stateOf('bob.example')).toMatchObject({ can_https_redirect: 1, all_aliases_valid: 0 });
    here.time = Date.parse('2028-01-01T00:00:00Z');
    expect(await stateOf('bob.example')).toMatchObject({ can_https_redirect: 0, is_https_redirecting: 1 });
  });

  test('they are of one domain, also of an addon or parked domain, and end with it', async () => {
    await data('Park::park', { domain: 'parked.example' });
    await addSubdomain();
    await install('bob.example', [...names, 'parked.example', 'www.parked.example', 'mail.parked.example']);
    await toggle('parked.example', '1');
    expect(/\^\((.*?)\)\[/.exec(apache())?.[1]).toBe(
      'parked[.]example|www[.]parked[.]example|mail[.]parked[.]example',
    );
    const asked = { return_https_redirect_status: '1' };
    expect(await data('Park::listparkeddomains', asked)).toMatchObject([{ is_https_redirecting: 1 }]);
    expect(await data('Park::listparkeddomains')).not.toMatchObject([{ is_https_redirecting: 1 }]);
    expect(await data('SubDomain::listsubdomains', asked)).toMatchObject([
      { is_https_redirecting: 0, can_https_redirect: 0 },
    ]);
    const all = { format: 'list', return_https_redirects_status: '1' };
    expect(await data('DomainInfo::domains_data', all)).toMatchObject([
      { domain: 'bob.example', can_https_redirect: 1, is_https_redirecting: 0 },
      { domain: 'parked.example', is_https_redirecting: 1 },
      { domain: 'shop.bob.example', can_https_redirect: 0 },
    ]);
    await data('Park::unpark', { domain: 'parked.example' });
    await data('Park::park', { domain: 'parked.example' });
    expect(await stateOf('parked.example')).toMatchObject({ is_https_redirecting: 0 });
    expect(apache()).not.toContain('R=301');
  });

  test('they follow the account’s name, and its main domain once that has a certificate of an authority', async () => {
    await install();
    await toggle('bob.example', '1');
    await here.call('modifyacct', { user: 'bob', newuser: 'robert' });
    const file = join(here.state, 'root/etc/apache2/whmapi1/accounts/robert.conf');
    expect(readFileSync(file, 'utf8')).toContain('R=301');
    await here.call('modifyacct', { user: 'robert', domain: 'robert.example' });
    const domain = 'robert.example';
    const args = { domain, return_https_redirect_status: '1' };
    const state = async () => (await here.uapi('robert', 'DomainInfo::single_domain_data', args)).data;
    expect(readFileSync(file, 'utf8')).not.toContain('R=301');
    expect(await state()).toMatchObject({ is_https_redirecting: 0 });
    // Also if the virtual hosts are written again.
    await here.uapi('robert', 'Park::park', { domain: 'parked.example' });
    expect(readFileSync(file, 'utf8')).not.toContain('R=301');
    const { crt, key } = await authority.issue({ domains: [domain] });
    const cert = { domain, cert: crt, key, cabundle: authority.crt };
    expect(await here.uapi('robert', 'SSL::install_ssl', cert)).toMatchObject({ status: 1 });
    expect(readFileSync(file, 'utf8')).toContain('R=301');
    expect(await state()).toMatchObject({ is_https_redirecting: 1 });
  });

  test('only the account’s own domains', async () => {
    await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
    await install();
    for (const one of [
      '',
      'eve.example',
      'nobody.example',
      'bob.example,eve.example',
      'www.bob.example',
      '../x',
    ])
      expect([one, (await toggle(one, '1')).status]).toEqual([one, 0]);
    expect(await stateOf('bob.example')).toMatchObject({ is_https_redirecting: 0 });
  });
});

describe('certificates of websites', () => {
  const hosts = async () =>
    (await data('SSL::installed_hosts')) as {
      servername: string;
      certificate: { id: string; is_self_signed: number };
    }[];

  test('SSL::install_ssl answers what was done, and SSL::installed_hosts lists it', async () => {
    const { crt, key } = await issue();
    const given = { domain: 'www.bob.example', cert: crt, key, cabundle: authority.crt };
    const answer = await uapi('SSL::install_ssl', given);
    expect(answer).toMatchObject({
      status: 1,
      warnings: null,
      data: {
        action: 'install',
        domain: 'www.bob.example',
        user: 'bob',
        working_domains: names,
        warning_domains: [],
        extra_certificate_domains: [],
        cert_id: expect.stringMatching(/^bob_example_\w{5}_\w{5}_\d+_\w{32}$/) as string,
        key_id: expect.stringMatching(/^\w{5}_\w{5}_\w{32}$/) as string,
      },
    });
    expect(await hosts()).toMatchObject([
      {
        servername: 'bob.example',
        domains: names,
        fqdns: names,
        docroot: '/home/bob/public_html',
        is_primary_on_ip: 0,
        needs_sni: 1,
        certificate: { is_self_signed: 0, is_autossl: 0, 'issuer.commonName': 'Test Root', domains: names },
        certificate_text: crt,
      },
    ]);
  });

  test('SSL::install_ssl finds a stored key, and refuses what does not fit', async () => {
    const first = await install();
    expect(
      await uapi('SSL::install_ssl', { domain: 'bob.example', cert: first.crt, cabundle: authority.crt }),
    ).toMatchObject({ status: 1 });
    const other = await issue(['bob.example']);
    const refused: [Record<string, string>, RegExp][] = [
      [{ cert: other.crt }, /does not have the private key/],
      [{ cert: other.crt, key: first.key }, /does not belong to the certificate/],
      [{ cert: 'x' }, /“cert”/],
      [{ ...(await issue(['other.example'])), cert: '' }, /cert/],
      [{ cert: first.crt, domain: 'eve.example' }, /should be a domain of your account/],
    ];
    for (const [given, reason] of refused) {
      const { errors } = await uapi('SSL::install_ssl', { domain: 'bob.example', ...given });
      expect(errors?.join(' ')).toMatch(reason);
    }
    const foreign = await issue(['other.example']);
    const wrong = { domain: 'bob.example', cert: foreign.crt, key: foreign.key };
    expect((await uapi('SSL::install_ssl', wrong)).errors?.[0]).toContain('it secures “other.example”');
    const { warnings } = await uapi('SSL::install_ssl', {
      ...{ domain: 'bob.example', cert: first.crt, cabundle: authority.crt },
      order_item_id: '1',
    });
    expect(warnings?.[0]).toContain('order_item_id');
  });

  test('SSL::installssl of API 2', async () => {
    const { crt, key } = await issue();
    const given = { domain: 'bob.example', crt, key, cabundle: authority.crt };
    expect((await here.api2('bob', 'SSL::installssl', given)).data).toEqual([
      { result: 1, output: expect.stringMatching(/^Certificate successfully installed\./) as string },
    ]);
    const { data: failed } = await here.api2('bob', 'SSL::installssl', { ...given, key: 'x' });
    expect(failed).toMatchObject([{ result: 0, output: expect.stringContaining('key') as string }]);
  });

  test('SSL::delete_ssl ends HTTPS and redirects until there is a certificate again', async () => {
    const { crt } = await install();
    await data('SSL::toggle_ssl_redirect_for_domains', { domains: 'bob.example', state: '1' });
    expect(apache()).toContain('R=301');
    await data('SSL::delete_ssl', { domain: 'mail.bob.example' });
    expect(await hosts()).toEqual([]);
    expect(apache()).not.toMatch(/R=301|SSLEngine|:443/);
    expect(readdirSync(join(here.state, 'root/etc/ssl/whmapi1/sites'))).toEqual([]);
    expect((await uapi('SSL::delete_ssl', { domain: 'bob.example' })).errors).toEqual([
      '“bob.example” has no certificate.',
    ]);
    expect((await uapi('SSL::delete_ssl', { domain: 'eve.example' })).status).toBe(0);
    await data('SSL::install_ssl', { domain: 'bob.example', cert: crt, cabundle: authority.crt });
    expect(apache()).toMatch(/R=301[^]*SSLEngine/);
  });

  test('SSL::installed_host and SSL::set_primary_ssl are for dedicated addresses', async () => {
    expect((await uapi('SSL::installed_host')).errors?.[0]).toContain('shared IP address');
    const shared = await uapi('SSL::set_primary_ssl', { servername: 'bob.example' });
    expect(shared.errors?.[0]).toContain('shared IP address');
    await addSubdomain();
    await here.call('addips', { ips: '192.0.2.7', netmask: '255.255.255.255' });
    expect((await here.call('setsiteip', { user: 'bob', ip: '192.0.2.7' })).metadata.result).toBe(1);
    expect(await data('SSL::installed_host')).toMatchObject({
      host: 'bob.example',
      certificate: { is_self_signed: 1, verify_error: 'self-signed certificate' },
    });
    const quick = { domain: 'shop.bob.example', verify_certificate: '0' };
    expect(JSON.stringify(await data('SSL::installed_host', quick))).not.toContain('verify_error');
    const primaries = async () =>
      ((await data('SSL::installed_hosts')) as { servername: string; is_primary_on_ip: number }[]).map(
        ({ servername, is_primary_on_ip: is }) => [servername, is],
      );
    expect(await primaries()).toEqual([
      ['bob.example', 1],
      ['shop.bob.example', 0],
    ]);
    await data('SSL::set_primary_ssl', { servername: 'shop.bob.example' });
    expect(await primaries()).toEqual([
      ['bob.example', 0],
      ['shop.bob.example', 1],
    ]);
    for (const servername of ['www.bob.example', 'eve.example'])
      expect((await uapi('SSL::set_primary_ssl', { servername })).status).toBe(0);
  });

  test('SSL::fetch_best_for_domain and SSL::fetch_certificates_for_fqdns show the account’s own', async () => {
    await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
    const ofEve = await issue(['eve.example', 'bob.example']);
    await here.call('installssl', { domain: 'eve.example', ...ofEve, cab: authority.crt });
    const { crt, key } = await install();
    expect(await data('SSL::fetch_best_for_domain', { domain: 'bob.example' })).toMatchObject({
      ...{ crt, key, cab: authority.crt, domain: 'bob.example', user: 'bob' },
      ...{ crt_origin: 'bob', key_origin: 'bob', searched_users: ['bob'], status: 1 },
    });
    expect((await uapi('SSL::fetch_best_for_domain', { domain: 'eve.example' })).status).toBe(0);
    const found = await data('SSL::fetch_certificates_for_fqdns', { domains: 'bob.example,eve.example' });
    expect(found).toMatchObject([
      { crt, key, domain_is_configured: 1, serial: expect.stringMatching(/^[0-9A-F]+$/) as string },
      { is_self_signed: 1 },
    ]);
    expect(JSON.stringify(found)).not.toContain('eve.example');
  });

  test('SSL::rebuildssldb corrects what is stored', async () => {
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE certificate SET facts = '{}'"),
      keep: true,
    }));
    expect((await uapi('SSL::rebuildssldb')).messages).toEqual(['1 entry was corrected.']);
    expect(await hosts()).toMatchObject([{ certificate: { is_self_signed: 1 } }]);
  });

  test('SSL::is_sni_supported, SSL::check_shared_cert', async () => {
    expect(await data('SSL::is_sni_supported')).toBe(1);
    expect(await data('SSL::check_shared_cert')).toBe(0);
  });
});

describe('AutoSSL', () => {
  const store = <Value>(work: (db: Db) => Promise<Value>) =>
    here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
  const enable = () =>
    store((db) =>
      settings.enable(db, {
        ...{ provider: 'LetsEncrypt', directory: 'https://issuer.example/', profile: '' },
        ordersPerHour: undefined,
      }),
    );
  const excluded = async () =>
    ((await data('SSL::get_autossl_excluded_domains')) as { excluded_domain: string }[]).map(
      (row) => row.excluded_domain,
    );
  const time = () => here.time;

  test('excluded names: SSL::add_, set_, remove_ and get_autossl_excluded_domains', async () => {
    await data('SSL::add_autossl_excluded_domains', { domains: 'mail.bob.example, WWW.bob.example' });
    expect(await excluded()).toEqual(['mail.bob.example', 'www.bob.example']);
    const { messages } = await uapi('SSL::remove_autossl_excluded_domains', {
      domains: 'mail.bob.example,bob.example',
    });
    expect(messages).toEqual(['These names were not excluded: “bob.example”.']);
    await data('SSL::set_autossl_excluded_domains', { domains: 'bob.example' });
    expect(await excluded()).toEqual(['bob.example']);
    const { data: ofRoot } = await here.call('get_autossl_user_excluded_domains', { username: 'bob' });
    expect(ofRoot).toMatchObject({ payload: [{ excluded_domain: 'bob.example' }] });
    for (const domains of ['eve.example', 'x.bob.example', ',', 'a b'])
      expect((await uapi('SSL::add_autossl_excluded_domains', { domains })).status).toBe(0);
    await data('SSL::set_autossl_excluded_domains');
    expect(await excluded()).toEqual([]);
  });

  test('SSL::get_autossl_problems and SSL::get_autossl_renewal_status', async () => {
    const renewal = (domain = 'bob.example') => data('SSL::get_autossl_renewal_status', { domain });
    expect(await renewal()).toEqual({ has_problems: 0, is_active: 0, is_excluded: 0, will_renew: 0 });
    await enable();
    const { crt } = await install('bob.example', ['bob.example', 'mail.bob.example']);
    expect(await renewal()).toMatchObject({ is_active: 1, will_renew: 0 });
    const { facts } = certificateOf(crt);
    const of = { servername: 'bob.example', username: 'bob', fingerprint: facts.digest };
    await store((db) =>
      ofAutossl.put(db, { ...of, notBefore: 0, notAfter: 1, deliveryMs: 1, directory: '' }),
    );
    expect(await renewal()).toMatchObject({ will_renew: 1 });
    expect(await renewal('www.bob.example')).toMatchObject({ will_renew: 0 });
    await data('SSL::add_autossl_excluded_domains', { domains: 'bob.example' });
    expect(await renewal()).toMatchObject({ is_excluded: 1, will_renew: 0 });
    const found = { domain: 'mail.bob.example', username: 'bob', problem: 'No address.', log: 'x' };
    await store((db) => problems.add(db, found, Date.parse('2026-09-01T00:00:00Z'), false));
    expect(await renewal('mail.bob.example')).toMatchObject({ has_problems: 1, will_renew: 0 });
    expect(await data('SSL::get_autossl_problems')).toEqual([
      { domain: 'mail.bob.example', problem: 'No address.', time: '2026-09-01T00:00:00Z' },
    ]);
    expect((await uapi('SSL::get_autossl_renewal_status', { domain: 'eve.example' })).status).toBe(0);
  });

  test('SSL::start_autossl_check starts one check, and SSL::is_autossl_check_in_progress shows it', async () => {
    expect((await uapi('SSL::start_autossl_check')).errors).toEqual([
      'AutoSSL is disabled on this server. Its administrator can enable it.',
    ]);
    await enable();
    expect(await data('SSL::is_autossl_check_in_progress')).toBe(0);
    const first = await uapi('SSL::start_autossl_check');
    expect(first).toMatchObject({ status: 1, data: null, messages: null });
    expect(await data('SSL::is_autossl_check_in_progress')).toBe(1);
    expect((await uapi('SSL::start_autossl_check')).messages?.[0]).toContain('in progress already');
    const tasks = await store((db) =>
      db.all<{ id: number; input: string }>("SELECT id, input FROM task WHERE kind = 'autossl-check'"),
    );
    expect(tasks).toMatchObject([{ input: '{"username":"bob","retries_all":true}' }]);
    await store(async (db) => {
      await runs.begin(db, { task: tasks[0]?.id ?? 0, username: 'bob', provider: 'LetsEncrypt' }, time());
      await db.run("UPDATE task SET state = 'done'");
    });
    here.time = time() + 60_000;
    expect((await uapi('SSL::start_autossl_check')).messages?.[0]).toContain('within the last hour');
    const [, second] = await store((db) =>
      db.all<{ input: string }>("SELECT input FROM task WHERE kind = 'autossl-check' ORDER BY id"),
    );
    expect(second?.input).toBe('{"username":"bob","retries_all":false}');
  });

  test('needs the feature “autossl”', async () => {
    const features = JSON.stringify({ autossl: 0 });
    await here.call('add_override_features_for_user', { user: 'bob', features });
    expect((await uapi('SSL::start_autossl_check')).errors?.[0]).toContain('the feature “autossl”');
  });
});
