// SSL: the stored keys, signing requests and certificates of an account.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Authority, selfSigned } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

type Row = Readonly<Record<string, Json>> & { readonly id: string; readonly text: string };
const as =
  (user: string) =>
  (name: string, args: Record<string, string> = {}) =>
    here.uapi(user, name, args);
const bob = as('bob');
const eve = as('eve');
const api2 = (name: string, args: Record<string, string> = {}) => here.api2('bob', name, args);

/** The data of a call that succeeds. */
async function done<T = Row>(answer: ReturnType<typeof bob>): Promise<T> {
  const { errors, data } = await answer;
  expect(errors).toBeNull();
  return data as unknown as T;
}
const failed = async (answer: ReturnType<typeof bob>) => (await answer).errors?.[0];
const rows = (name: string, args: Record<string, string> = {}) => done<Row[]>(bob(name, args));

const subject = {
  countryName: 'de',
  stateOrProvinceName: 'Berlin',
  localityName: 'Berlin',
  organizationName: 'Bob’s Shop',
};
const ec = { keytype: 'ecdsa-prime256v1' };
const newKey = async (args: Record<string, string> = ec) => (await done(bob('SSL::generate_key', args))).id;

describe('keys', () => {
  test('SSL::generate_key, SSL::list_keys and SSL::show_key', async () => {
    const made = await done(bob('SSL::generate_key', { ...ec, friendly_name: 'Shop ✓' }));
    expect(made).toMatchObject({
      friendly_name: 'Shop ✓',
      key_algorithm: 'id-ecPublicKey',
      ecdsa_curve_name: 'prime256v1',
      modulus: null,
      text: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) as string,
    });
    expect(made.id).toMatch(/^[0-9a-f]{5}_[0-9a-f]{5}_[0-9a-f]{32}$/);
    const { text, ...listed } = made;
    expect(await rows('SSL::list_keys')).toContainEqual(listed);
    const shown = { text, details: { ...listed, key: text } };
    expect(await done(bob('SSL::show_key', { id: made.id }))).toEqual(shown);
    expect(await done(bob('SSL::show_key', { friendly_name: 'Shop ✓' }))).toEqual(shown);
    expect(await failed(eve('SSL::show_key', { id: made.id }))).toBe(
      `You do not have a key with the ID “${made.id}”. Run SSL::list_keys to list your keys.`,
    );
    expect(await done(bob('SSL::find_certificates_for_key', { id: made.id }))).toEqual([]);
  });

  test('SSL::generate_key accepts the documented types and a size', async () => {
    for (const [args, bits, curve] of [
      [{ keytype: 'rsa-2048' }, 2048, null],
      [{ keysize: '2048' }, 2048, null],
      [{ keytype: 'ecdsa-secp384r1' }, null, 'secp384r1'],
    ] as const) {
      const made = await done(bob('SSL::generate_key', args));
      expect([made.modulus_length, made.ecdsa_curve_name]).toEqual([bits, curve]);
    }
    expect(await failed(bob('SSL::generate_key', { keytype: 'rsa-2048', keysize: '4096' }))).toBe(
      'Pass “keytype” or “keysize”, but not both.',
    );
    for (const args of [{ keytype: 'dsa' }, { keysize: '1024' }, { keysize: '100000' }])
      expect((await bob('SSL::generate_key', args)).status).toBe(0);
  });

  test('SSL::set_default_key_type, and the server’s default', async () => {
    expect((await done(eve('SSL::generate_key'))).modulus_length).toBe(2048);
    await here.call('set_tweaksetting', { key: 'ssl_default_key_type', value: 'ecdsa-secp384r1' });
    expect((await done(eve('SSL::generate_key'))).ecdsa_curve_name).toBe('secp384r1');
    expect(await done(eve('SSL::set_default_key_type', { type: 'ecdsa-prime256v1' }))).toBeNull();
    expect((await done(eve('SSL::generate_key'))).ecdsa_curve_name).toBe('prime256v1');
    expect((await done(eve('SSL::generate_key', { keytype: 'system' }))).ecdsa_curve_name).toBe('secp384r1');
    await eve('SSL::set_default_key_type', { type: 'system' });
    expect((await done(eve('SSL::generate_key'))).ecdsa_curve_name).toBe('secp384r1');
    expect((await eve('SSL::set_default_key_type', { type: 'rsa-1024' })).status).toBe(0);
    await here.call('set_tweaksetting', { key: 'ssl_default_key_type', value: 'rsa-2048' });
  });

  test('SSL::upload_key', async () => {
    const { key } = await selfSigned({ domains: ['bob.example'] });
    const [made] = await rows('SSL::upload_key', { key, friendly_name: 'uploaded' });
    expect(made).toMatchObject({ friendly_name: 'uploaded', ecdsa_curve_name: 'prime256v1' });
    expect((await done(bob('SSL::show_key', { friendly_name: 'uploaded' }))).text).toBe(key);
    // Again, with Windows line ends and another name.
    const crlf = await bob('SSL::upload_key', { key: key.replaceAll('\n', '\r\n'), friendly_name: 'other' });
    expect(crlf).toMatchObject({
      status: 1,
      messages: ['This key is stored already.'],
      data: [{ id: made?.id, friendly_name: 'other' }],
    });
    const sec1 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    const pem = sec1.export({ type: 'sec1', format: 'pem' }) as string;
    expect(await rows('SSL::upload_key', { crt: pem })).toHaveLength(1);
  });

  test('SSL::upload_key refuses what is not a strong key, and quotes no key', async () => {
    const export1 = (pair: { privateKey: { export: (o: never) => unknown } }, more = {}) =>
      pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...more } as never) as string;
    const weak = export1(generateKeyPairSync('rsa', { modulusLength: 1024 }));
    const locked = export1(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), {
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    const ed = export1(generateKeyPairSync('ed25519'));
    const odd = export1(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }));
    const good = export1(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
    const { crt } = await selfSigned({ domains: ['bob.example'] });
    // A key whose private number belongs to another public one.
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
      format: 'jwk',
    });
    // OpenSSL does not check whether the numbers of a key fit together.
    const small = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
    const number = (bytes: number) =>
      randomBytes(bytes)
        .fill(0xff, 0, 1)
        .fill(1, bytes - 1)
        .toString('base64url');
    const numbers = { n: number(1152), d: number(1152), p: number(576), q: number(576) };
    const huge = export1({
      privateKey: createPrivateKey({ key: { ...small, ...numbers }, format: 'jwk' }),
    });
    const damaged = export1({
      privateKey: createPrivateKey({ key: { ...small, n: number(256) }, format: 'jwk' }),
    });
    const before = await rows('SSL::list_keys');
    for (const [key, reason] of [
      [damaged, /is damaged: it cannot sign/],
      [weak, /has 1024 bits/],
      [huge, /has 9216 bits, which makes connections slow/],
      [locked, /has a passphrase/],
      [ed, /ED25519/],
      [odd, /secp256k1/],
      [crt, /should contain a private key/],
      [good.slice(0, 100), /should contain a private key/],
      [good.replace(/[A-Za-z0-9+/]{20}\n-----END/, `${'A'.repeat(20)}\n-----END`), /private key/],
      ['', /key/],
      [other.d ?? '', /should contain a private key/],
      ['-----BEGIN PRIVATE KEY-----\n\u0000\n-----END PRIVATE KEY-----', /key/],
      ['x'.repeat(40_000), /key/],
    ] as const) {
      const problem = await failed(bob('SSL::upload_key', { key }));
      expect(problem).toMatch(reason);
      if (key.length > 60) expect(problem).not.toContain(key.slice(30, 60));
    }
    expect(await rows('SSL::list_keys')).toEqual(before);
  });

  test('SSL::set_key_friendly_name and SSL::delete_key', async () => {
    const [a, b] = [await newKey({ ...ec, friendly_name: 'a' }), await newKey({ ...ec, friendly_name: 'b' })];
    expect(await failed(bob('SSL::set_key_friendly_name', { id: a, new_friendly_name: 'b' }))).toBe(
      `Another key has the friendly name “b” already: ${b}. Choose another name.`,
    );
    expect(await failed(bob('SSL::generate_key', { ...ec, friendly_name: 'b' }))).toContain('already');
    // The default name of another key is taken as well.
    const c = await newKey();
    expect((await bob('SSL::set_key_friendly_name', { id: a, new_friendly_name: c })).status).toBe(0);
    await done(bob('SSL::set_key_friendly_name', { friendly_name: 'a', new_friendly_name: 'a2' }));
    expect(
      (await bob('SSL::set_key_friendly_name', { id: b, friendly_name: 'a2', new_friendly_name: 'x' }))
        .status,
    ).toBe(0);
    for (const name of ['', ' a', 'a ', 'a\nb', 'a\u0000b', 'a\u202eb', 'x'.repeat(256)])
      expect([
        name,
        (await bob('SSL::set_key_friendly_name', { id: a, new_friendly_name: name })).status,
      ]).toEqual([name, 0]);
    expect((await eve('SSL::set_key_friendly_name', { id: a, new_friendly_name: 'mine' })).status).toBe(0);
    expect((await eve('SSL::delete_key', { id: a })).status).toBe(0);
    expect((await bob('SSL::delete_key')).status).toBe(0);
    expect(await rows('SSL::delete_key', { friendly_name: 'a2' })).toMatchObject([
      { id: a, friendly_name: 'a2' },
    ]);
    expect((await bob('SSL::delete_key', { id: a })).status).toBe(0);
  });

  test('a key of an older version, without stored facts, is read again', async () => {
    const id = await newKey();
    const [before] = (await rows('SSL::list_keys')).filter((one) => one.id === id);
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE certificate_key SET facts = NULL WHERE username = 'bob'"),
      keep: true,
    }));
    expect((await rows('SSL::list_keys')).filter((one) => one.id === id)).toEqual([before]);
  });

  test('no key is in the log or in readable form in the store', async () => {
    const { text } = await done<{ text: string }>(bob('SSL::generate_key', ec));
    const { key } = await selfSigned({ domains: ['bob.example'] });
    await rows('SSL::upload_key', { key });
    const log = readFileSync(join(here.state, 'audit.log'), 'utf8');
    expect(log).toContain('SSL::upload_key');
    for (const secret of [text, key]) {
      const line = secret.split('\n')[1] ?? 'none';
      expect(log).not.toContain(line);
      const dump = await here.engine.store.transaction('reads', async (db) => ({
        value: JSON.stringify([
          await db.all('SELECT * FROM certificate_key'),
          await db.all('SELECT * FROM signing_request'),
        ]),
        keep: false,
      }));
      expect(dump).not.toContain(line);
    }
  });
});

describe('signing requests', () => {
  test('SSL::generate_csr, SSL::list_csrs, SSL::show_csr, SSL::find_csrs_for_key', async () => {
    const key_id = await newKey();
    const domains = 'bob.example,www.bob.example,*.shop.bob.example';
    const made = await done(bob('SSL::generate_csr', { ...subject, key_id, domains, friendly_name: 'mine' }));
    expect(made).toMatchObject({
      friendly_name: 'mine',
      commonName: 'bob.example',
      domains: ['bob.example', 'www.bob.example', '*.shop.bob.example'],
      key_algorithm: 'id-ecPublicKey',
      ecdsa_curve_name: 'prime256v1',
    });
    expect(made.id).toMatch(/^bob_example_[0-9a-f]{5}_[0-9a-f]{5}_[0-9a-f]{32}$/);
    const { text, ...listed } = made;
    expect(await rows('SSL::list_csrs')).toContainEqual(listed);
    expect(await rows('SSL::find_csrs_for_key', { id: key_id })).toEqual([listed]);
    const shown = await done(bob('SSL::show_csr', { friendly_name: 'mine' }));
    expect(shown).toMatchObject({
      csr: text,
      text: expect.stringContaining('DNS: www.bob.example') as string,
      details: { ...listed, countryName: 'DE', organizationName: 'Bob’s Shop', emailAddress: '' },
    });
    await done(bob('SSL::set_csr_friendly_name', { id: made.id, new_friendly_name: 'renamed' }));
    expect((await eve('SSL::show_csr', { id: made.id })).status).toBe(0);
    expect((await eve('SSL::delete_csr', { id: made.id })).status).toBe(0);
    expect(await rows('SSL::delete_csr', { friendly_name: 'renamed' })).toMatchObject([{ id: made.id }]);
    expect(await rows('SSL::find_csrs_for_key', { id: key_id })).toEqual([]);
  });

  itWith(['openssl'], 'openssl verifies requests with each kind of key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-csr-'));
    const file = join(folder, 'a.csr');
    for (const keytype of ['rsa-2048', 'ecdsa-prime256v1', 'ecdsa-secp384r1']) {
      const key_id = await newKey({ keytype });
      const args = {
        ...subject,
        key_id,
        domains: 'bob.example,*.bob.example',
        emailAddress: 'a@bob.example',
      };
      const made = await done(bob('SSL::generate_csr', { ...args, pass: 'challenge' }));
      expect([keytype, made.modulus_length, made.ecdsa_curve_name]).toEqual([
        keytype,
        ...(keytype === 'rsa-2048' ? [2048, null] : [null, keytype.slice('ecdsa-'.length)]),
      ]);
      writeFileSync(file, made.text);
      const req = (...more: string[]) =>
        execFileSync('openssl', ['req', '-in', file, '-noout', ...more], { encoding: 'utf8', stdio: 'pipe' });
      req('-verify');
      const said = req('-text', '-nameopt', 'utf8,sep_comma_plus_space');
      expect(said).toContain(
        'C=DE, ST=Berlin, L=Berlin, O=Bob’s Shop, emailAddress=a@bob.example, CN=bob.example',
      );
      expect(said).toContain('DNS:bob.example, DNS:*.bob.example');
    }
    rmSync(folder, { recursive: true });
  });

  test('SSL::generate_csr with 100 names, and what it refuses', async () => {
    const key_id = await newKey();
    const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}.bob.example`).join(',');
    const good = { ...subject, key_id, domains: 'bob.example' };
    expect((await done(bob('SSL::generate_csr', { ...good, domains: names(100) }))).domains).toHaveLength(
      100,
    );
    const before = await rows('SSL::list_csrs');
    const others = (await done<Row[]>(eve('SSL::list_keys')))[0]?.id ?? '';
    for (const part of [
      { domains: names(101) },
      { domains: '' },
      { domains: 'localhost' },
      { domains: 'a b.example\u0000' },
      { domains: 'bob.example\nSubject: x' },
      { domains: '-a.example' },
      { domains: `${'a'.repeat(64)}.example` },
      { domains: 'http://bob.example/' },
      { domains: '192.0.2.1' },
      { key_id: 'none' },
      { key_id: others },
      { key_id: '../../etc' },
      { countryName: 'Germany' },
      { localityName: 'a\nb' },
      { organizationName: 'x'.repeat(65) },
      { organizationName: 'a\u0000b' },
      { emailAddress: 'a b' },
      { friendly_name: 'a\nb' },
    ]) {
      expect([part, (await bob('SSL::generate_csr', { ...good, ...part })).status]).toEqual([part, 0]);
      expect([part, (await bob('SSL::generate_cert', { ...good, ...part })).status]).toEqual([part, 0]);
    }
    expect(await rows('SSL::list_csrs')).toEqual(before);
    // A hash sign and quotes are only text.
    const odd = await done(bob('SSL::generate_csr', { ...good, organizationName: '#04"x", CN=evil' }));
    const { details } = await done<{ details: Row }>(bob('SSL::show_csr', { id: odd.id }));
    expect(details).toMatchObject({ organizationName: '#04"x", CN=evil', commonName: 'bob.example' });
  });
});

describe('certificates', () => {
  test('SSL::generate_cert, SSL::list_certs, SSL::show_cert, SSL::fetch_cert_info', async () => {
    const key_id = await newKey({ ...ec, friendly_name: 'for certificates' });
    const made = await done(bob('SSL::generate_cert', { ...subject, key_id, domains: 'www.bob.example' }));
    expect(made).toMatchObject({
      friendly_name: 'www.bob.example',
      domains: ['www.bob.example'],
      is_self_signed: 1,
      'subject.commonName': 'www.bob.example',
      'issuer.organizationName': 'Bob’s Shop',
    });
    expect(made.id).toMatch(/^www_bob_example_[0-9a-f]{5}_[0-9a-f]{5}_\d+_[0-9a-f]{32}$/);
    const text = made.text;
    expect(new X509Certificate(text).serialNumber).toBe(made.serial);
    const id = made.id;
    const list = await rows('SSL::list_certs');
    expect(list.find((one) => one.id === id)).toMatchObject({ domain_is_configured: 1, serial: made.serial });
    expect(await rows('SSL::find_certificates_for_key', { friendly_name: 'for certificates' })).toMatchObject(
      [{ id }],
    );
    expect(await done(bob('SSL::show_cert', { id }))).toMatchObject({
      cert: text,
      text: expect.stringContaining('CN=www.bob.example') as string,
      details: { id, subject: { countryName: 'DE' }, issuer: { commonName: 'www.bob.example' } },
    });
    const { text: key } = await done<{ text: string }>(bob('SSL::show_key', { id: key_id }));
    expect(await done(bob('SSL::fetch_cert_info', { id }))).toMatchObject({
      ...{ certificate: text, key, cabundle: null, is_self_signed: 1 },
      'subject.commonName_ip': expect.stringMatching(/^\d/) as string,
    });
    for (const name of ['SSL::show_cert', 'SSL::fetch_cert_info', 'SSL::delete_cert'])
      expect((await eve(name, { id })).status).toBe(0);
    await done(bob('SSL::set_cert_friendly_name', { id, new_friendly_name: 'mine' }));
    // WHM shows the same name.
    const { data } = await here.call('listcrts', { user: 'bob' });
    expect(data?.crt).toContainEqual(expect.objectContaining({ id, friendly_name: 'mine' }));
    expect(await rows('SSL::delete_cert', { friendly_name: 'mine' })).toMatchObject([{ id }]);
    expect(await failed(bob('SSL::show_cert', { id }))).toContain(
      'You do not have a certificate with the ID',
    );
  });

  itWith(['openssl'], 'openssl reads and verifies a self-signed certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-crt-'));
    const file = join(folder, 'a.crt');
    const key_id = await newKey({ keytype: 'rsa-2048' });
    const args = { ...subject, key_id, domains: 'bob.example,*.bob.example' };
    const { text } = await done<{ text: string }>(bob('SSL::generate_cert', args));
    writeFileSync(file, text);
    const openssl = (...line: string[]) => execFileSync('openssl', line, { encoding: 'utf8', stdio: 'pipe' });
    expect(openssl('x509', '-in', file, '-noout', '-checkhost', 'a.bob.example')).toContain('does match');
    expect(openssl('x509', '-in', file, '-noout', '-text')).toContain('sha256WithRSAEncryption');
    const seconds = String(Math.floor(here.time / 1000) + 60);
    expect(openssl('verify', '-attime', seconds, '-CAfile', file, file)).toContain('OK');
    rmSync(folder, { recursive: true });
  });

  test('SSL::upload_cert, SSL::get_cabundle, SSL::fetch_key_and_cabundle_for_certificate', async () => {
    const root = await Authority.root('Test root');
    const middle = await root.intermediate('Test CA');
    const { crt, key } = await middle.issue({ domains: ['bob.example', 'www.bob.example'] });
    const [made] = await rows('SSL::upload_cert', {
      crt: `${root.crt}${middle.crt}${crt}`,
      friendly_name: 'bought',
    });
    expect(made).toMatchObject({
      friendly_name: 'bought',
      'issuer.commonName': 'Test CA',
      is_self_signed: 0,
    });
    const id = made?.id ?? '';
    expect((await done(bob('SSL::fetch_cert_info', { id }))).cabundle).toBe(`${middle.crt}${root.crt}`);
    const lookUp = 'SSL::fetch_key_and_cabundle_for_certificate';
    expect(await done(bob(lookUp, { certificate: crt }))).toMatchObject({
      ...{ crt, key: '', cab: `${middle.crt}${root.crt}`, crt_origin: 'bob', key_origin: '', status: 0 },
      ...{ domain: 'bob.example', user: 'bob', searched_users: ['bob'] },
    });
    await rows('SSL::upload_key', { key });
    expect(await done(bob(lookUp, { certificate: crt }))).toMatchObject({
      key,
      key_origin: 'bob',
      status: 1,
    });
    // Eve has the certificate, which is public, but not its key.
    expect(await done(eve(lookUp, { certificate: crt }))).toMatchObject({
      key: '',
      crt_origin: '',
      user: '',
    });
    // The bundle is found for another certificate of the same issuer, and not for one that only says so.
    const second = await middle.issue({ domains: ['eve.example'] });
    const cab = `${middle.crt}${root.crt}`;
    expect(await done(eve('SSL::get_cabundle', { cert: second.crt }))).toEqual({
      ...{ cab, bundle: cab, domain: 'eve.example' },
    });
    const impostor = await (await Authority.root('Test CA')).issue({ domains: ['eve.example'] });
    expect(await eve('SSL::get_cabundle', { cert: impostor.crt })).toMatchObject({
      data: { cab: '', bundle: '' },
      messages: ['The certificates of the issuer are not known on this server.'],
    });
    expect((await api2('SSL::fetchcabundle', { crt: second.crt })).data).toEqual([
      { cab, domain: 'eve.example' },
    ]);
    expect(await bob('SSL::upload_cert', { crt })).toMatchObject({
      messages: ['This certificate is stored already.'],
      data: [{ id, friendly_name: 'bought' }],
    });
  });

  test('SSL::upload_cert refuses what no browser accepts', async () => {
    const root = await Authority.root('Other root');
    const { crt, key } = await root.issue({ domains: ['bob.example'] });
    const expired = await root.issue({ domains: ['bob.example'], from: '2020-01-01', until: '2021-01-01' });
    const weak = await root.issue({ domains: ['bob.example'], rsaBits: 1024 });
    const sha1 = await root.issue({ domains: ['bob.example'], hash: 'SHA-1' });
    const before = await rows('SSL::list_certs');
    for (const [text, reason] of [
      [expired.crt, /expired/],
      [weak.crt, /1024 bits/],
      [sha1.crt, /SHA/i],
      [key, /It contains a private key/],
      [crt.slice(0, 200), /should contain a certificate/],
      [crt.replace(/\n.{10}/, '\nAAAAAAAAAA'), /cannot be read/],
      ['\u0000', /crt/],
      ['', /crt/],
    ] as const) {
      expect(await failed(bob('SSL::upload_cert', { crt: text }))).toMatch(reason);
    }
    expect(await rows('SSL::list_certs')).toEqual(before);
    // One that becomes valid later is accepted.
    const later = await root.issue({ domains: ['bob.example'], from: '2029-01-01', until: '2029-06-01' });
    expect(await rows('SSL::upload_cert', { crt: later.crt })).toHaveLength(1);
  });

  test('SSL::delete_cert and SSL::delete_key keep what a site uses', async () => {
    const site = (await rows('SSL::list_certs')).find((one) =>
      (one.domains as string[]).includes('mail.bob.example'),
    );
    const id = site?.id ?? '';
    expect(await failed(bob('SSL::delete_cert', { id }))).toBe(
      'The certificate is in use: it is installed for “bob.example”. Install another certificate there first.',
    );
    const keys = await rows('SSL::list_keys');
    const key = keys.find((one) => one.ecdsa_public === site?.ecdsa_public);
    expect(await failed(bob('SSL::delete_key', { id: key?.id ?? '' }))).toBe(
      'The key is in use: it is installed for “bob.example”. Install another certificate there first.',
    );
    expect(await rows('SSL::list_keys')).toEqual(keys);
  });

  test('several certificates can have the same default name', async () => {
    const key_id = await newKey();
    const ids: string[] = [];
    for (const organizationName of ['One', 'Two']) {
      const args = { ...subject, organizationName, key_id, domains: 'twice.bob.example' };
      ids.push((await done(bob('SSL::generate_cert', args))).id);
    }
    const problem = await failed(bob('SSL::show_cert', { friendly_name: 'twice.bob.example' }));
    expect(problem).toMatch(
      /^You have 2 certificates with the friendly name “twice\.bob\.example”\. Pass the ID/,
    );
    for (const id of ids) expect(problem).toContain(id);
    const wanted = { id: ids[0] ?? '', friendly_name: 'twice.bob.example' };
    await done(bob('SSL::set_cert_friendly_name', { ...wanted, new_friendly_name: 'first' }));
    expect(await done(bob('SSL::show_cert', { friendly_name: 'twice.bob.example' }))).toMatchObject({
      details: { id: ids[1] },
    });
  });

  test('SSL::get_cn_name', async () => {
    await here.call('reset_service_ssl_certificate', { service: 'cpanel' });
    const args = { domain: 'bob.example', service: 'cpanel' };
    expect(await done(bob('SSL::get_cn_name', args))).toMatchObject({
      ssldomain: 'server.example.com',
      cert_match_method: 'hostname',
      ssldomain_matches_cert: 1,
    });
    const foreign = await failed(bob('SSL::get_cn_name', { ...args, domain: 'eve.example' }));
    const unknown = await failed(bob('SSL::get_cn_name', { ...args, domain: 'none.example' }));
    expect(foreign?.replace('eve', 'none')).toBe(unknown);
    // Nobody has given these a certificate in a sandbox.
    expect((await bob('SSL::get_cn_name', { ...args, service: 'smtp' })).status).toBe(0);
    expect((await bob('SSL::get_cn_name', { ...args, service: 'imap' })).status).toBe(0);
  });
});

test('SSL::list_ssl_items and the functions of API 2', async () => {
  const host = 'old.bob.example';
  const form = { country: 'DE', state: 'Berlin', city: 'Berlin', company: 'Bob', email: 'a@bob.example' };
  expect((await api2('SSL::gencsr', { host, ...form })).data).toMatchObject([
    { result: 0, output: `You do not have a key for the domain “${host}”. Generate one with SSL::genkey.` },
  ]);
  const made = await api2('SSL::genkey', { host, keysize: '2048' });
  expect(made.data).toMatchObject([{ result: 1, output: 'Private key generated!' }]);
  expect((await api2('SSL::listsslitems', { domains: host, items: 'key' })).data).toEqual([
    { type: 'key', host },
  ]);
  await api2('SSL::genkey', { host });
  const named = (await rows('SSL::list_keys')).filter((one) => one.friendly_name === host);
  expect(named).toHaveLength(1);
  expect((await api2('SSL::gencsr', { host, ...form, pass: 'x' })).data).toEqual([
    { result: 1, output: 'Certificate Signing Request generated!' },
  ]);
  expect((await api2('SSL::gencrt', { host, ...form, key: 'x' })).data).toEqual([
    { result: 1, output: 'Certificate generated!' },
  ]);
  expect(await rows('SSL::find_csrs_for_key', { id: named[0]?.id ?? '' })).toHaveLength(1);
  expect(await rows('SSL::find_certificates_for_key', { friendly_name: host })).toHaveLength(1);
  expect((await api2('SSL::listkeys')).data).toContainEqual({ host });
  expect((await api2('SSL::listcsrs')).data).toContainEqual({ host });
  expect((await api2('SSL::listcrts')).data).toContainEqual({
    ...{
      host,
      issuer: host,
      expiredate: expect.stringMatching(/^\w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/) as string,
    },
    ssltxt: expect.stringContaining(`CN=${host}`) as string,
  });
  const items = await rows('SSL::list_ssl_items', { item: 'key|csr|crt', domains: host });
  expect(items.map(({ type }) => type)).toEqual(['key', 'csr', 'crt']);
  expect(items[0]).toEqual({ type: 'key', host, id: named[0]?.id });
  expect((await rows('SSL::list_ssl_items')).every(({ type }) => type === 'key')).toBe(true);
  expect((await bob('SSL::list_ssl_items', { item: 'password' })).status).toBe(0);
  expect((await bob('SSL::list_ssl_items', { domains: '../x' })).status).toBe(0);
  expect(await rows('SSL::list_ssl_items', { item: 'crt', domains: 'eve.example' })).toEqual([]);
  const { crt } = await selfSigned({ domains: ['up.bob.example'] });
  expect((await api2('SSL::uploadcrt', { crt, host })).data).toEqual([
    { result: 1, output: 'up.bob.example (auto-detected) ' },
  ]);
  expect((await api2('SSL::uploadcrt', { crt: 'none' })).data).toMatchObject([{ result: 0 }]);
  for (const bad of ['', 'a b', 'bob', '../x', 'a\n.example', 'x'.repeat(300)])
    expect([bad, typeof (await api2('SSL::genkey', { host: bad })).error]).toEqual([bad, 'string']);
});

test('an account stores at most 500 keys', async () => {
  const present = (await done<Row[]>(eve('SSL::list_keys'))).length;
  await here.engine.store.transaction('changes', async (db) => {
    for (let count = present; count < 500; count++) {
      await db.run(
        `INSERT INTO certificate_key (username, id, sealed, facts, created_at)
         SELECT username, ?, sealed, facts, created_at FROM certificate_key WHERE username = 'eve' LIMIT 1`,
        `copy ${count}`,
      );
    }
    return { value: undefined, keep: true };
  });
  expect(await failed(eve('SSL::generate_key', ec))).toBe(
    'You have 500 keys, and 500 is the limit. Delete those that you no longer need.',
  );
});

test('without the feature sslmanager, nothing of this can be called', async () => {
  const args = { featurelist: 'plain', sslmanager: '0' };
  expect((await here.call('create_featurelist', args)).metadata.result).toBe(1);
  await here.call('addpkg', { name: 'plain', featurelist: 'plain' });
  await here.call('createacct', { username: 'dan', domain: 'dan.example', plan: 'plain', password });
  expect(await failed(as('dan')('SSL::list_keys'))).toContain('requires the feature “sslmanager”');
});
