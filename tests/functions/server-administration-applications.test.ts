import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('get_appconfig_application_list', () => {
  const register = (file: string, ...lines: string[]) => {
    mkdirSync(join(here.state, 'apps'), { recursive: true, mode: 0o700 });
    writeFileSync(join(here.state, 'apps', file), lines.join('\n'));
  };
  const list = () => here.call('get_appconfig_application_list');

  it('is empty without files', async () => {
    expect((await list()).data).toEqual({ cpanel: [], webmail: [], whostmgr: [] });
  });

  it('reads what applications register', async () => {
    register(
      'advisor.conf',
      '# The security advisor',
      'name=securityadvisor',
      'service = whostmgr',
      'url=/cgi/advisor.cgi',
      'acls=all, list-accts',
      'displayname=Security Advisor = best',
      'entryurl=addons/advisor/index.cgi',
      'icon=advisor.png',
      'user=root',
    );
    register('notes.conf', 'service=cpanel|webmail', 'url=/3rdparty/notes', 'features=notes', '');
    register('README.txt', 'not read');
    const { data, metadata } = await list();
    const notes = {
      name: 'notes',
      url: '/3rdparty/notes',
      acls: [],
      features: ['notes'],
      origin: 'notes.conf',
    };
    expect(data).toEqual({
      cpanel: [notes],
      webmail: [notes],
      whostmgr: [
        {
          name: 'securityadvisor',
          url: '/cgi/advisor.cgi',
          acls: ['all', 'list-accts'],
          features: [],
          origin: 'advisor.conf',
          displayname: 'Security Advisor = best',
          entryurl: 'addons/advisor/index.cgi',
          icon: 'advisor.png',
          user: 'root',
        },
      ],
    });
    expect(metadata.output?.warnings).toBeUndefined();
  });

  it('names each file that is not valid, and lists the others', async () => {
    register('a.conf', 'service=ftp', 'url=/a', 'acls=any');
    register('b.conf', 'service=whostmgr', 'url=/b');
    register('c.conf', 'service=whostmgr', 'acls=any');
    register('d.conf', 'service=whostmgr', 'url');
    register('e.conf', 'service=whostmgr', 'url=/e', 'acls=any');
    symlinkSync('/etc/passwd', join(here.state, 'apps', 'f.conf'));
    const { data, metadata } = await list();
    expect(data?.whostmgr).toMatchObject([{ name: 'e' }]);
    expect(metadata.output?.warnings).toEqual([
      '“a.conf”: “service” should be cpanel, webmail or whostmgr, or several of them with “|” between them.',
      '“b.conf”: “acls” is missing.',
      '“c.conf”: “url” is missing.',
      '“d.conf”: line 2 should be KEY=VALUE.',
      expect.stringContaining('f.conf'),
    ]);
  });
});

// tests/http/page-integration-links.test.ts opens the pages.
describe('get_users_links', () => {
  const rita = { as: reseller('rita', 'acct-summary') };

  it('lists the pages of root', async () => {
    expect((await here.call('get_users_links', { user: 'root' })).data).toEqual({
      overview: '/',
      two_factor: '/two-factor',
      api_shell: '/api-shell',
    });
  });

  it('says who cannot log in, and shows the page of webmail', async () => {
    await addAccounts(here, anAccount());
    const account = await here.call('get_users_links', { user: 'bob' });
    expect([account.data, account.metadata.output?.messages]).toEqual([
      {},
      ['“bob” cannot log in to this server’s page: only root and resellers can.'],
    ]);
    const webmail = await here.call('get_users_links', { user: 'root', service: 'webmail' });
    expect([webmail.data, webmail.metadata.output?.messages]).toEqual([
      {},
      ['“root” cannot log in to webmail: only accounts of this server whose package includes it can.'],
    ]);
    const own = await here.call('get_users_links', { user: 'bob', service: 'webmail' });
    expect([own.data, own.metadata.output?.messages]).toEqual([{ mailbox: '/' }, undefined]);
  });

  it('shows a reseller only its own accounts', async () => {
    await addAccounts(here, anAccount(), anAccount({ username: 'carol', owner: 'rita' }));
    expect((await here.call('get_users_links', { user: 'carol' }, rita)).metadata.result).toBe(1);
    expect((await here.call('get_users_links', { user: 'bob' }, rita)).metadata.error_code).toBe('denied');
    expect((await here.call('get_users_links', { user: 'root' }, rita)).metadata.error_code).toBe('denied');
  });
});
