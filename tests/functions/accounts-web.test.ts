// The virtual hosts of accounts, as the functions of accounts write them. A sandbox serves nothing; tests/slow and
// tests/machine have a real Apache.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as hostedDomains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const fileOf = (username: string) =>
  join(here.state, 'root/etc/apache2/whmapi1/accounts', `${username}.conf`);
const text = (username: string) => readFileSync(fileOf(username), 'utf8');
const works = async (command: string, args: Record<string, string>) => {
  expect((await here.call(command, args)).metadata).toMatchObject({ result: 1 });
};
const create = (args: Record<string, string> = {}) =>
  works('createacct', { username: 'bob', domain: 'bob.example', ...args });
/** Lines that begin with a directive, without its name. */
const values = (directive: string, username = 'bob') =>
  [...text(username).matchAll(new RegExp(`^\\s*<?${directive} (.*?)>?$`, 'gm'))].map(([, value]) => value);

describe('the virtual hosts of an account', () => {
  it('are written by createacct, with a certificate, and removed by removeacct', async () => {
    await create();
    expect(values('VirtualHost')).toEqual(['*:80', '*:443']);
    expect(values('ServerName')).toEqual(['bob.example', 'bob.example']);
    expect(values('ServerAlias')[0]).toBe(
      'www.bob.example mail.bob.example cpanel.bob.example webmail.bob.example',
    );
    expect(values('SSLCertificateFile')).toHaveLength(1);
    await works('removeacct', { username: 'bob' });
    expect(existsSync(fileOf('bob'))).toBe(false);
  });

  it('follow the name, the domain and the CGI privilege of their account, with their logs, and do not stay paused', async () => {
    const logs = (username: string) => join(here.state, 'root/var/log/whmapi1-domlogs', username);
    await create();
    expect(values('RewriteCond').join('\n')).toMatch(/whmapi1-pauses\/bob" -f$/m);
    // As Apache does.
    writeFileSync(join(logs('bob'), 'bob.example.log'), 'a request\n');
    await works('modifyacct', { user: 'bob', newuser: 'robert', DNS: 'robert.example', HASCGI: '0' });
    expect(existsSync(fileOf('bob'))).toBe(false);
    expect(values('ServerName', 'robert')).toEqual(['robert.example', 'robert.example']);
    expect(text('robert')).toContain('/home/robert/public_html"');
    expect(text('robert')).not.toMatch(/bob|SuexecUserGroup|whmapi1-cgi\/run/);
    expect(readdirSync(join(here.state, 'root/var/lib/whmapi1-pauses'))).toEqual([]);
    expect(existsSync(logs('bob'))).toBe(false);
    expect(readFileSync(join(logs('robert'), 'bob.example.log'), 'utf8')).toBe('a request\n');
    await works('removeacct', { username: 'robert' });
    expect(existsSync(logs('robert'))).toBe(false);
  });

  it('of the account that has exactly this domain answer to it, even if it is a “www.” or “mail.” of another', async () => {
    const isUsed = (name: string, username: string) => text(username).includes(name);
    await create();
    expect(isUsed('mail.bob.example', 'bob')).toBe(true);
    for (const prefix of ['mail', 'www']) {
      const domain = `${prefix}.bob.example`;
      await works('createacct', { username: `${prefix}bob`, domain });
      expect(values('ServerName', `${prefix}bob`)).toEqual([domain, domain]);
      expect(values('ServerAlias').join(' ').split(' ')).not.toContain(domain);
    }
  });

  it('answer on the dedicated address of their account', async () => {
    await create({ ip: 'y' });
    expect(values('VirtualHost')).toEqual([
      expect.stringMatching(/^192\.0\.2\.\d+:80$/),
      expect.stringMatching(/^192\.0\.2\.\d+:443$/),
    ]);
  });

  it('are stopped by a file while the account is suspended, which follows a new name', async () => {
    const suspensions = () => readdirSync(join(here.state, 'root/var/lib/whmapi1-suspensions'));
    await create();
    const before = text('bob');
    expect(values('RewriteCond').join('\n')).toMatch(/whmapi1-suspensions\/bob" -f$/m);
    await works('suspendacct', { user: 'bob' });
    expect(suspensions()).toEqual(['bob']);
    // Nothing that Apache would have to read again.
    expect(text('bob')).toBe(before);
    await works('modifyacct', { user: 'bob', DNS: 'bob.test' });
    expect(suspensions()).toEqual(['bob']);
    await works('modifyacct', { user: 'bob', newuser: 'robert' });
    expect(suspensions()).toEqual(['robert']);
    await works('unsuspendacct', { user: 'robert' });
    expect(suspensions()).toEqual([]);
    await works('suspendacct', { user: 'robert' });
    await works('removeacct', { username: 'robert' });
    expect(suspensions()).toEqual([]);
  });

  it('include subdomains, addon domains and parked domains, which keep their virtual hosts', async () => {
    await create();
    await here.engine.store.transaction('changes', async (db) => {
      const own = { username: 'bob', documentRoot: null };
      await hostedDomains.insert(db, {
        ...own,
        domain: 'parked.example',
        type: 'parked',
        servedBy: 'bob.example',
      });
      const folder = { ...own, documentRoot: 'public_html/blog' };
      await hostedDomains.insert(db, {
        ...folder,
        domain: 'blog.parked.example',
        type: 'sub',
        servedBy: null,
      });
      await hostedDomains.insert(db, {
        ...own,
        domain: 'addon.example',
        type: 'addon',
        servedBy: 'blog.parked.example',
      });
      return { value: undefined, keep: true };
    });
    await works('modifyacct', { user: 'bob', DNS: 'bob.test' });
    expect([...new Set(values('ServerName'))]).toEqual(['bob.test', 'blog.parked.example']);
    expect([...new Set(values('ServerAlias'))]).toEqual([
      'parked.example www.bob.test www.parked.example mail.bob.test mail.parked.example ' +
        'cpanel.bob.test webmail.bob.test cpanel.parked.example webmail.parked.example',
      'addon.example www.blog.parked.example www.addon.example mail.addon.example ' +
        'cpanel.addon.example webmail.addon.example',
    ]);
    await works('suspendacct', { user: 'bob' });
    expect(new Set(values('ServerAlias')).size).toBe(2);
    await works('removeacct', { username: 'bob' });
    expect((await here.call('getdomainowner', { domain: 'addon.example' })).data).toEqual({ user: null });
  });

  it('do not answer to a name that is a domain of its own', async () => {
    await works('createacct', { username: 'carol', domain: 'www.bob.example' });
    await create();
    expect(values('ServerAlias')[0]).toBe('mail.bob.example cpanel.bob.example webmail.bob.example');
  });

  it('give up an alias that becomes the main domain of another account', async () => {
    await create();
    await works('createacct', { username: 'carol', domain: 'carol.example' });
    expect(text('bob')).toContain(
      'ServerAlias www.bob.example mail.bob.example cpanel.bob.example webmail.bob.example',
    );
    await works('modifyacct', { user: 'carol', DNS: 'www.bob.example' });
    expect(text('bob')).toContain('ServerAlias mail.bob.example cpanel.bob.example webmail.bob.example');
    expect(text('carol')).toContain('ServerName www.bob.example\n');
  });

  it('are not overwritten if somebody edited their file, and removed all the same', async () => {
    await create();
    writeFileSync(fileOf('bob'), text('bob').replaceAll('whmapi1-suspensions', 'elsewhere'));
    const { metadata } = await here.call('suspendacct', { user: 'bob' });
    expect(metadata).toMatchObject({
      result: 1,
      reason: expect.stringContaining(
        'accounts/bob.conf” was edited by hand, so it is not overwritten.',
      ) as string,
    });
    await works('removeacct', { username: 'bob' });
    expect(existsSync(fileOf('bob'))).toBe(false);
  });
});
