import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/core/context.ts';
import { Authority, selfSigned, type Issued } from '../support/certificates.ts';
import { Installation, reseller } from '../support/installation.ts';

let authority: Authority;
let middle: Authority;
let good: Issued;
beforeAll(async () => {
  authority = await Authority.root('Test Root');
  middle = await authority.intermediate('Test Intermediate');
  good = await middle.issue({ domains: ['bob.example', 'www.bob.example', 'shop.bob.example'] });
});

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await createAccount('bob');
});
afterEach(() => here.remove());

async function createAccount(username: string, domain = `${username}.example`): Promise<void> {
  const { metadata } = await here.call('createacct', { username, domain });
  expect(metadata).toMatchObject({ result: 1 });
}

const folder = () => join(here.state, 'root/etc/ssl/whmapi1/sites');
const files = () => (existsSync(folder()) ? readdirSync(folder()).sort() : []);

const virtualHosts = () =>
  readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');

function install(given: Partial<Record<'domain' | 'crt' | 'key' | 'cab' | 'ip', string>> = {}) {
  return here.call('installssl', { domain: 'bob.example', ...good, cab: middle.crt, ...given });
}

describe('installssl', () => {
  test('writes one file that only root can read: key, certificate and chain', async () => {
    const { metadata, data } = await install();
    expect(metadata).toMatchObject({ result: 1 });
    expect(data).toMatchObject({
      action: 'install',
      user: 'bob',
      servername: 'bob.example',
      working_domains: ['bob.example', 'www.bob.example'],
      warning_domains: ['mail.bob.example', 'cpanel.bob.example', 'webmail.bob.example'],
      extra_certificate_domains: ['shop.bob.example'],
      statusmsg:
        'Certificate successfully installed.\nFinished SSL Install Process for bob.example (www.bob.example mail.bob.example).\n',
    });
    // The self-signed one of the new account is gone.
    const [name = ''] = files();
    expect(files()).toHaveLength(1);
    expect(name).toMatch(/^bob\.example-[0-9a-f]{16}\.pem$/);
    expect(readFileSync(join(folder(), name), 'utf8')).toBe(good.key + good.crt + middle.crt);
    expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(virtualHosts()).toContain(`/etc/ssl/whmapi1/sites/${name}`);
  });

  test('replaces the former certificate and removes its file', async () => {
    await install();
    const [former] = files();
    const next = await middle.issue({ domains: ['bob.example', 'www.bob.example'] });
    expect((await install(next)).metadata).toMatchObject({ result: 1 });
    expect(files()).toHaveLength(1);
    expect(files()).not.toEqual([former]);
    // The same certificate again changes nothing. The site is found by its other names.
    const before = files();
    const { data } = await install({ ...next, domain: 'www.bob.example' });
    expect(data).toMatchObject({ domain: 'www.bob.example', servername: 'bob.example', user: 'bob' });
    expect(files()).toEqual(before);
  });

  test('changes nothing for another key, domain, address or certificate, and takes another bundle', async () => {
    for (const [what, given, code, reason] of [
      [
        'the key of another',
        { key: authority.key },
        'bad_param',
        /^The key does not belong to the certificate “bob\.example”\./,
      ],
      [
        'a domain of nobody',
        { domain: 'other.example' },
        'not_found',
        /^You do not have an account with the domain “other\.example”\.$/,
      ],
      [
        'another address',
        { ip: '192.0.2.99' },
        'bad_param',
        /^The domain “bob\.example” has the IP address 192\.0\.2\.1, and not the given one\./,
      ],
      ['the bundle of another authority', { cab: good.crt.replace('\n', '\r\n') }, undefined, /^OK$/],
    ] as const) {
      const before = [files(), virtualHosts()];
      const { metadata } = await install(given);
      expect([what, metadata.error_code]).toEqual([what, code]);
      expect([what, metadata.reason]).toEqual([what, expect.stringMatching(reason)]);
      const after = [files(), virtualHosts()];
      if (code === undefined) expect(after).not.toEqual(before);
      else expect([what, after]).toEqual([what, before]);
    }
    const other = await middle.issue({ domains: ['other.example', '*.other.example'] });
    const { metadata } = await install(other);
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The certificate does not match the domain “bob.example”: it secures “other.example”, “*.other.example”. ' +
        'Install it for a domain that it secures, or request one for this domain.',
    });
  });

  test('accepts a wildcard among 100 names, for an internationalised domain', async () => {
    await createAccount('ann', 'xn--mnchen-3ya.example');
    const others = Array.from({ length: 98 }, (_, at) => `n${at}.example`);
    const issued = await middle.issue({
      domains: ['xn--mnchen-3ya.example', '*.xn--mnchen-3ya.example', ...others],
    });
    const { data } = await here.call('installssl', { domain: 'xn--mnchen-3ya.example', ...issued });
    expect(data).toMatchObject({
      working_domains: [
        'xn--mnchen-3ya.example',
        'www.xn--mnchen-3ya.example',
        'mail.xn--mnchen-3ya.example',
        'cpanel.xn--mnchen-3ya.example',
        'webmail.xn--mnchen-3ya.example',
      ],
      warning_domains: [],
      extra_certificate_domains: others,
    });
  });

  test('finds the CA bundle that another certificate came with', async () => {
    await install();
    await createAccount('ann');
    const next = await middle.issue({ domains: ['ann.example'] });
    const { metadata } = await here.call('installssl', { domain: 'ann.example', ...next });
    expect(metadata).toMatchObject({ result: 1 });
    const name = files().find((one) => one.startsWith('ann.example-')) ?? '';
    expect(readFileSync(join(folder(), name), 'utf8')).toBe(next.key + next.crt + middle.crt);
  });

  test('shows no key in a dry run, in the audit log and in the journal', async () => {
    const dry = await install().then(() =>
      here.call('installssl', { domain: 'bob.example', ...good }, { dryRun: true }),
    );
    const secret = good.key.split('\n')[1] ?? '';
    expect(JSON.stringify(dry)).not.toContain(secret);
    expect(JSON.stringify(here.audit())).not.toContain(secret);
    const store = readdirSync(here.state).filter((name) => name.includes('.db'));
    for (const name of store) expect(readFileSync(join(here.state, name), 'latin1')).not.toContain(secret);
  });

  test('accepts everything in each parameter, and shows no key in the audit log', async () => {
    const everything = good.key + good.crt + middle.crt;
    const { metadata } = await install({ crt: everything, key: everything, cab: everything });
    expect(metadata).toMatchObject({ result: 1 });
    await install({ crt: good.key, cab: good.key });
    await here.call('fetchsslinfo', { crtdata: good.key });
    const secret = good.key.split('\n')[1] ?? '';
    const last = here.audit().slice(-2);
    const certificates = [['domain', 'bob.example'], ...['crt', 'key', 'cab'].map((name) => [name, '***'])];
    expect(last.map((line) => line.arguments)).toEqual([certificates, [['crtdata', '***']]]);
    expect(JSON.stringify(here.audit())).not.toContain(secret);
  });

  test('a file that was edited by hand stays as it is', async () => {
    await install();
    const [name = ''] = files();
    const path = join(folder(), name);
    writeFileSync(path, 'mine');
    const { metadata } = await install();
    expect(metadata.reason).toMatch(/-[0-9a-f]{16}\.pem” was edited by hand, so it is not overwritten\./);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test('is for callers with the privilege, and for their accounts', async () => {
    const asReseller = reseller('rita', 'ssl');
    const { metadata } = await here.call(
      'installssl',
      { domain: 'bob.example', ...good },
      { as: asReseller },
    );
    expect(metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have an account with the domain “bob.example”.',
    });
    const without = await here.call(
      'installssl',
      { domain: 'bob.example', ...good },
      { as: reseller('rita') },
    );
    expect(without.metadata.error_code).toBe('denied');
  });
});

describe('listcrts and fetchcrtinfo', () => {
  test('show what was installed', async () => {
    await install();
    const { data } = await here.call('listcrts', { registered: 1 });
    const [row] = (data as { crt: { id: string }[] }).crt;
    expect(row).toMatchObject({
      domain: 'bob.example',
      domains: ['bob.example', 'www.bob.example', 'shop.bob.example'],
      domain_owners: ['bob'],
      friendly_name: 'bob.example',
      is_self_signed: 0,
      registered: 1,
      key_algorithm: 'id-ecPublicKey',
      ecdsa_curve_name: 'prime256v1',
      modulus_length: null,
      not_after: Date.parse('2027-01-01T00:00:00Z') / 1000,
    });
    expect((await here.call('fetchcrtinfo', { user: 'bob', id: row?.id ?? '' })).data).toEqual({
      certificate: good.crt,
      key: good.key,
      cabundle: middle.crt,
      is_self_signed: 0,
      'subject.commonName_ip': '192.0.2.1',
    });
  });

  test('list self-signed ones unless only registered ones are wanted', async () => {
    const issued = await selfSigned({ domains: ['bob.example'] });
    const { metadata } = await install({ ...issued, cab: '' });
    expect(metadata.output?.warnings).toEqual([
      'The certificate is self-signed, so browsers warn their users about it.',
    ]);
    const { data } = await here.call('listcrts', { user: 'bob' });
    // That of the new account, and this one.
    expect(data).toMatchObject({ crt: [{ registered: 0 }, { registered: 0 }] });
    expect((await here.call('listcrts', { user: 'bob', registered: 1 })).data).toEqual({ crt: [] });
  });

  test('show resellers only the certificates of their accounts', async () => {
    await install();
    const as = reseller('rita', 'ssl', 'ssl-info');
    expect((await here.call('listcrts', {}, { as })).data).toEqual({ crt: [] });
    for (const call of [
      here.call('listcrts', { user: 'bob' }, { as }),
      here.call('fetchcrtinfo', { user: 'bob', id: 'x' }, { as }),
    ]) {
      expect((await call).metadata.error_code).toBe('denied');
    }
    const { metadata } = await here.call('fetchcrtinfo', { user: 'bob', id: 'bob_example' });
    expect(metadata).toMatchObject({
      error_code: 'not_found',
      reason:
        '“bob” does not have a certificate with the ID “bob_example”. Run listcrts to list the certificates.',
    });
  });
});

describe('rebuilduserssldb', () => {
  test('corrects what the store says about a certificate', async () => {
    await install();
    await inStore((db) => db.run("UPDATE certificate SET facts = '{}', issuer = ''"));
    const { data, metadata } = await here.call('rebuilduserssldb', {});
    expect(data).toEqual({ records: ['bob'] });
    expect(metadata.output?.messages).toEqual(['2 entries were corrected.']);
    expect((await here.call('listcrts', { registered: 1 })).data).toMatchObject({
      crt: [{ domain: 'bob.example' }],
    });
    const again = await here.call('rebuilduserssldb', {});
    expect(again.metadata.output?.messages).toEqual(['0 entries were corrected.']);
  });

  test('continues without a lost key file, with the keys of installed certificates', async () => {
    await install();
    await here.call('generatessl', { domains: 'other.example' });
    rmSync(join(here.state, 'secret.key'));
    const list = () => here.call('fetch_vhost_ssl_components');
    expect((await list()).metadata.error_code).toBe('key_lost');
    const next = { username: 'ann', domain: 'ann.example' };
    const { metadata } = await here.call('createacct', next);
    expect(metadata.error_code).toBe('key_lost');
    expect(metadata.reason).toContain('keys of certificates with rebuilduserssldb forget_lost_keys=1');
    const { metadata: done } = await here.call('rebuilduserssldb', { forget_lost_keys: 1 });
    expect(done.output?.messages).toEqual([
      '0 entries were corrected.',
      'Each of 3 keys could not be decrypted, and was forgotten.',
      '1 key was stored again from the files of the web server.',
    ]);
    expect((await list()).data).toMatchObject({ components: [{ servername: 'bob.example', key: good.key }] });
    expect((await here.call('createacct', next)).metadata.result).toBe(1);
  });

  test('leaves a damaged certificate as it is', async () => {
    await install();
    await inStore((db) => db.run("UPDATE certificate SET pem = 'x' WHERE chain <> ''"));
    const { metadata } = await here.call('rebuilduserssldb', {});
    expect(metadata.output?.warnings).toEqual([
      expect.stringMatching(
        /^The certificate “bob_example_\w+” of “bob” cannot be read, so its entry was left as it is\.$/,
      ),
    ]);
  });
});

test('rebuildinstalledssldb succeeds', async () => {
  expect((await here.call('rebuildinstalledssldb', {})).metadata).toMatchObject({ result: 1 });
});

function inStore(work: (db: Db) => Promise<unknown>): Promise<unknown> {
  return here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
}
