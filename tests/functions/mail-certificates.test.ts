// The certificates with which the mail services answer at the names of accounts (SNI).
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerNamed } from '../support/accounts.ts';
import { Authority, selfSigned } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let authority: Authority;

beforeAll(async () => {
  authority = await Authority.root('Test Root');
});
beforeEach(async () => {
  here = new Installation();
  await create('bob', 'bob.example');
});
afterEach(() => {
  here.remove();
});

type Args = Readonly<Record<string, string>>;
async function works(name: string, args: Args = {}): Promise<Record<string, unknown> | undefined> {
  const { data, metadata } = await here.call(name, args);
  expect([name, metadata.reason, metadata.result]).toEqual([name, metadata.reason, 1]);
  return data;
}
const create = (username: string, domain: string) => works('createacct', { username, domain, password });
async function asBob(name: string, args: Args): Promise<void> {
  expect([name, (await here.uapi('bob', name, args)).errors]).toEqual([name, null]);
}
const NAMES = ['bob.example', 'www.bob.example', 'mail.bob.example', 'webmail.bob.example'];
async function install(domain: string, domains: readonly string[] = NAMES) {
  const issued = await authority.issue({ domains });
  await works('installssl', { domain, ...issued, cab: authority.crt });
  return { ...issued, pem: `${issued.key}${issued.crt}${authority.crt}` };
}
const inRoot = (path: string) => join(here.state, 'root/etc', path);
const CERTIFICATES = 'exim4/whmapi1/certificates';
const served = () => (existsSync(inRoot(CERTIFICATES)) ? readdirSync(inRoot(CERTIFICATES)).sort() : []);
const pemOf = (name: string) => readFileSync(inRoot(`${CERTIFICATES}/${name}`), 'utf8');
const dovecotFile = (username = 'bob') => inRoot(`dovecot/whmapi1-names/${username}.conf`);
/** The names in Dovecot’s file, which must be those that have a file. */
const names = (username = 'bob') =>
  existsSync(dovecotFile(username))
    ? [...readFileSync(dovecotFile(username), 'utf8').matchAll(/^local_name (\S+) \{$/gm)].map(
        ([, name]) => name,
      )
    : [];

describe('the mail services', () => {
  it('use a certificate for the names of its account that it secures, and keep its key from others', async () => {
    expect([served(), names()]).toEqual([[], []]);
    const { pem } = await install('bob.example', [...NAMES, 'other.example', '*.world.example']);
    const own = ['bob.example', 'mail.bob.example', 'www.bob.example'];
    expect([served(), names()]).toEqual([own, own]);
    for (const name of own) expect(pemOf(name)).toBe(pem);
    expect(statSync(inRoot(`${CERTIFICATES}/bob.example`)).mode & 0o777).toBe(0o640);
    expect(statSync(inRoot(CERTIFICATES)).mode & 0o777).toBe(0o750);
    const path = inRoot(`${CERTIFICATES}/mail.bob.example`);
    expect(readFileSync(dovecotFile(), 'utf8')).toContain(
      `local_name mail.bob.example {\n  ssl_server_cert_file = ${path}\n  ssl_server_key_file = ${path}\n}\n`,
    );
  });

  it('follow when it is replaced or removed', async () => {
    await install('bob.example');
    const { pem } = await install('bob.example', ['bob.example']);
    expect([served(), names(), pemOf('bob.example')]).toEqual([['bob.example'], ['bob.example'], pem]);
    await asBob('SSL::delete_ssl', { domain: 'bob.example' });
    expect([served(), existsSync(dovecotFile())]).toEqual([[], false]);
    const own = await selfSigned({ domains: NAMES });
    await works('installssl', { domain: 'bob.example', ...own });
    expect(served()).toEqual([]);
  });

  it('keep the former one if the plan fails, and nothing shows the key', async () => {
    const { pem } = await install('bob.example');
    writeFileSync(dovecotFile(), '# edited by hand\n');
    const { crt, key } = await authority.issue({ domains: ['bob.example'] });
    const { metadata } = await here.call('installssl', {
      domain: 'bob.example',
      crt,
      key,
      cab: authority.crt,
    });
    expect(metadata.reason).toContain('bob.conf” was edited by hand');
    expect(pemOf('bob.example')).toBe(pem);
    rmSync(dovecotFile());
    const dry = await here.call(
      'installssl',
      { domain: 'bob.example', crt, key, cab: authority.crt },
      { dryRun: true },
    );
    expect(JSON.stringify(dry.metadata)).toContain('certificates/mail.bob.example');
    expect(JSON.stringify(dry)).not.toContain(key.split('\n')[1]);
    expect(readFileSync(join(here.state, 'audit.log'), 'utf8')).not.toContain(key.split('\n')[1]);
    await install('bob.example');
    expect(names()).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
  });

  it('never use a certificate for a name of another account or of the server', async () => {
    await create('eve', 'eve.example');
    const domains = ['eve.example', 'bob.example', 'mail.bob.example', '*.bob.example', 'server.example.com'];
    const { pem } = await install('eve.example', [...domains, '*.example.com', '*']);
    expect([served(), names('eve')]).toEqual([['eve.example'], ['eve.example']]);
    const ofBob = await install('bob.example', ['*.bob.example', 'bob.example', 'eve.example']);
    expect([pemOf('eve.example'), pemOf('mail.bob.example')]).toEqual([pem, ofBob.pem]);
    // A name below a domain that becomes a domain of somebody else.
    await create('ann', 'mail.bob.example');
    expect([served().includes('mail.bob.example'), names()]).toEqual([
      false,
      ['bob.example', 'www.bob.example'],
    ]);
    await install('bob.example', ['*.bob.example', 'bob.example']);
    expect(served()).not.toContain('mail.bob.example');
    const ofAnn = await install('mail.bob.example', ['mail.bob.example']);
    expect([pemOf('mail.bob.example'), names('ann')]).toEqual([ofAnn.pem, ['mail.bob.example']]);
    // The domain of the server’s name.
    await create('root1', 'example.com');
    await install('example.com', ['example.com', '*.example.com', 'server.example.com']);
    expect(names('root1')).toEqual(['example.com', 'mail.example.com', 'www.example.com']);
  });

  it('follow the domains of the account', async () => {
    await asBob('SubDomain::addsubdomain', { domain: 'shop', rootdomain: 'bob.example' });
    await install('bob.example', ['*.bob.example', 'bob.example', 'parked.example', 'mail.parked.example']);
    expect(served()).not.toContain('shop.bob.example');
    // Its own virtual host gets the wildcard that the account has.
    await asBob('SubDomain::addsubdomain', { domain: 'wiki', rootdomain: 'bob.example' });
    expect(names()).toContain('wiki.bob.example');
    await works('delete_domain', { domain: 'wiki.bob.example' });
    expect(served()).not.toContain('wiki.bob.example');
    await works('create_parked_domain_for_user', {
      username: 'bob',
      domain: 'parked.example',
      web_vhost_domain: 'bob.example',
    });
    expect(served()).toEqual(expect.arrayContaining(['parked.example', 'mail.parked.example']));
    await works('delete_domain', { domain: 'parked.example' });
    expect(served()).toEqual(['bob.example', 'mail.bob.example', 'www.bob.example']);
    expect(names()).toEqual(served());
  });

  it('follow a new name of the account and of its domain, and its removal', async () => {
    const { pem } = await install('bob.example', [...NAMES, 'robert.example', 'mail.robert.example']);
    await works('modifyacct', { user: 'bob', newuser: 'robert' });
    expect([existsSync(dovecotFile()), names('robert')]).toEqual([
      false,
      ['bob.example', 'mail.bob.example', 'www.bob.example'],
    ]);
    await works('modifyacct', { user: 'robert', domain: 'robert.example' });
    const own = ['mail.robert.example', 'robert.example'];
    expect([served(), names('robert'), pemOf('robert.example')]).toEqual([own, own, pem]);
    await works('suspendacct', { user: 'robert' });
    expect(served()).toEqual(own);
    await works('removeacct', { username: 'robert' });
    expect([served(), existsSync(dovecotFile('robert'))]).toEqual([[], false]);
  });
});

describe('the functions', () => {
  it('is_sni_supported and mail_sni_status say that it is always enabled', async () => {
    expect(await works('is_sni_supported')).toEqual({ sni: 1 });
    expect(await works('mail_sni_status', { domain: 'bob.example' })).toEqual({ enabled: 1 });
    const unknown = await here.call('mail_sni_status', { domain: 'eve.example' });
    expect(unknown.metadata.error_code).toBe('not_found');
  });

  it('enable_mail_sni changes nothing, and names the domains of others', async () => {
    await create('eve', 'eve.example');
    await works('setupreseller', { user: 'eve' });
    await works('setacls', { reseller: 'eve', 'acl-ssl': '1' });
    const args = { 'domain-1': 'bob.example', 'domain-2': 'eve.example' };
    const { data, metadata } = await here.call('enable_mail_sni', args, {
      as: await callerNamed(here, 'eve'),
    });
    expect(metadata).toMatchObject({
      result: 1,
      output: { warnings: [expect.stringContaining('always use the certificates of domains')] },
    });
    expect(data).toMatchObject({
      updated_domains: {},
      failed_domains: { 'bob.example': expect.stringContaining('do not have') as string },
    });
  });

  it('rebuild_mail_sni_config writes what is missing', async () => {
    const { pem } = await install('bob.example');
    rmSync(inRoot(`${CERTIFICATES}/mail.bob.example`));
    rmSync(dovecotFile());
    expect(await works('rebuild_mail_sni_config', { reload_dovecot: '1' })).toMatchObject({ success: 1 });
    await runTasks(here, 'rebuild-mail-certificates');
    expect(pemOf('mail.bob.example')).toBe(pem);
    expect(names()).toEqual(served());
  });
});
