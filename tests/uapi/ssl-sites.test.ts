// The module SSL of UAPI, as far as it is about websites: certificates, AutoSSL, and redirects to HTTPS.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
afterEach(() => {
  here.remove();
});

const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', name, args);
const data = async (name: string, args: Record<string, string> = {}) => {
  const answer = await uapi(name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
};
const apache = () => readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
const names = ['bob.example', 'www.bob.example', 'mail.bob.example'];
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
    expect(apache()).not.toContain('Rewrite');
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
    expect(apache()).not.toContain('Rewrite');
  });

  test('they follow the account’s name, and not its main domain', async () => {
    await install();
    await toggle('bob.example', '1');
    await here.call('modifyacct', { user: 'bob', newuser: 'robert' });
    const file = join(here.state, 'root/etc/apache2/whmapi1/accounts/robert.conf');
    expect(readFileSync(file, 'utf8')).toContain('RewriteRule');
    await here.call('modifyacct', { user: 'robert', domain: 'robert.example' });
    expect(readFileSync(file, 'utf8')).not.toContain('RewriteRule');
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
