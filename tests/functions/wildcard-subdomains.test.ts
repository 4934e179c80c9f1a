// Wildcard subdomains, through WHM’s functions, UAPI and API 2. tests/slow/apache.test.ts has a real Apache.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  installPhp(here, '8.4');
  for (const username of ['bob', 'eve'])
    await succeed('createacct', { username, domain: `${username}.example` });
});
afterEach(() => here.remove());

async function succeed(command: string, args: Readonly<Record<string, Json>> = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return data as Record<string, unknown>;
}
async function uapi(name: string, args: Readonly<Record<string, string>>, user = 'bob') {
  const { errors, data } = await here.uapi(user, name, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}
const errorOf = async (name: string, args: Readonly<Record<string, string>>, user = 'bob') =>
  String((await here.uapi(user, name, args)).errors?.[0]);
const reasonOf = async (command: string, args: Readonly<Record<string, Json>>) =>
  (await here.call(command, args)).metadata.reason;

const inRoot = (path: string) => join(here.state, 'root', path);
const ACCOUNTS = 'etc/apache2/whmapi1/accounts';
const FILE = '~240-_wildcard_.bob.example.conf';
const files = () => readdirSync(inRoot(ACCOUNTS)).sort();
const text = (name = FILE) => readFileSync(inRoot(`${ACCOUNTS}/${name}`), 'utf8');
async function addresses(domain: string): Promise<string[]> {
  const { zone } = (await succeed('dumpzone', { domain })) as {
    zone: [{ record: Record<string, string>[] }];
  };
  return zone[0].record
    .filter(({ name }) => name?.includes('*'))
    .map(({ name, type, address }) => `${name} ${type} ${address}`);
}

describe('a wildcard subdomain', () => {
  const add = () => uapi('SubDomain::addsubdomain', { domain: '*', rootdomain: 'bob.example' });

  it('has a virtual host, a folder, a certificate, a pool and a record, without “*” in names of files', async () => {
    await add();
    expect(files()).toEqual(['bob.conf', 'eve.conf', FILE]);
    expect(
      text()
        .match(/ServerName .*|ServerAlias .*/g)
        ?.slice(0, 2),
    ).toEqual(['ServerName _wildcard_.bob.example', 'ServerAlias *.bob.example']);
    expect(text('bob.conf')).not.toContain('*.bob');
    expect(text()).toContain('/home/bob/public_html/_wildcard_.bob.example"');
    expect(text()).toContain('domlogs/bob/_wildcard_.bob.example.log"');
    expect(text()).toContain('custom/bob/_wildcard_.bob.example/*.conf"');
    const certificates = readdirSync(inRoot('etc/ssl/whmapi1/sites'));
    expect(certificates.filter((name) => name.startsWith('_wildcard_.bob.example-'))).toHaveLength(1);
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['_wildcard_.bob.example', 'bob.example']);
    expect(existsSync(inRoot('home/bob/public_html/_wildcard_.bob.example'))).toBe(true);
    expect(await addresses('bob.example')).toEqual(['*.bob.example. A 192.0.2.1']);
  });

  it.each([
    ['create_subdomain', { domain: '*.bob.example', document_root: 'public_html/all' }],
    ['API 2', { domain: '*', rootdomain: 'bob.example', dir: 'public_html/all' }],
    ['UAPI', { domain: '*.bob.example', rootdomain: 'bob.example', dir: '/public_html/all' }],
  ])('can be created by %s, listed and removed', async (kind, args) => {
    if (kind === 'create_subdomain') await succeed(kind, args);
    else if (kind === 'UAPI') await uapi('SubDomain::addsubdomain', args);
    else {
      const call = { cpanel_jsonapi_user: 'bob', cpanel_jsonapi_module: 'SubDomain' };
      await succeed('cpanel', { ...call, cpanel_jsonapi_func: 'addsubdomain', ...args });
    }
    const list = await uapi('SubDomain::listsubdomains', {});
    expect(list).toEqual([
      expect.objectContaining({ domain: '*.bob.example', subdomain: '*', dir: '/home/bob/public_html/all' }),
    ]);
    expect(await succeed('getdomainowner', { domain: '*.bob.example' })).toMatchObject({ user: 'bob' });
    if (kind === 'create_subdomain') await succeed('delete_domain', { domain: '*.bob.example' });
    else
      await uapi('SubDomain::delsubdomain', { domain: kind === 'UAPI' ? '*.bob.example' : '*_bob.example' });
    expect(files()).toEqual(['bob.conf', 'eve.conf']);
    expect(await addresses('bob.example')).toEqual([]);
    expect(existsSync(inRoot('home/bob/public_html/all'))).toBe(true);
  });

  it('stays beside subdomains with the same parent domain', async () => {
    await add();
    const more = { rootdomain: 'bob.example' };
    await uapi('SubDomain::addsubdomain', { domain: 'shop', ...more });
    await uapi('SubDomain::addsubdomain', { domain: '*.shop', ...more });
    expect(files()).toEqual(['bob.conf', 'eve.conf', '~235-_wildcard_.shop.bob.example.conf', FILE]);
    expect(await errorOf('SubDomain::delsubdomain', { domain: 'shop.bob.example' })).toContain(
      '“*.shop.bob.example” is a subdomain of “shop.bob.example”. Remove it first.',
    );
    await uapi('SubDomain::delsubdomain', { domain: '*.bob.example' });
    expect(files()).toEqual(['bob.conf', 'eve.conf', '~235-_wildcard_.shop.bob.example.conf']);
  });

  it('follows its account: another name, a suspension, PHP, and a removal even if its file was edited', async () => {
    await add();
    await succeed('modifyacct', { user: 'bob', newuser: 'robert' });
    expect(text()).toContain('/home/robert/public_html/_wildcard_.bob.example"');
    expect(text()).not.toMatch(/\/bob[/"]/);
    // Apache looks for this file at each request for the wildcard, too.
    const suspension = 'var/lib/whmapi1-suspensions/robert';
    expect(text()).toContain(`RewriteCond "${inRoot(suspension)}" -f`);
    await succeed('suspendacct', { user: 'robert' });
    expect(existsSync(inRoot(suspension))).toBe(true);
    await succeed('unsuspendacct', { user: 'robert' });
    expect(existsSync(inRoot(suspension))).toBe(false);
    const pools = () => poolNames(poolFile(here, '8.4', 'robert'));
    await succeed('php_set_vhost_versions', { version: 'ea-php84', vhost: '*.bob.example', php_fpm: '0' });
    expect(pools()).toEqual(['bob.example']);
    writeFileSync(inRoot(`${ACCOUNTS}/${FILE}`), '# by hand\n');
    await succeed('removeacct', { username: 'robert' });
    expect(files()).toEqual(['eve.conf']);
  });

  it('has its certificate, its traffic and its error log under its own name', async () => {
    await add();
    expect(await succeed('fetch_vhost_ssl_components')).toMatchObject({
      components: expect.arrayContaining([
        expect.objectContaining({ servername: '*.bob.example' }),
      ]) as unknown,
    });
    const log = inRoot('var/log/apache2/whmapi1-bytes');
    mkdirSync(dirname(log), { recursive: true });
    const seconds = Math.floor(here.time / 1000);
    writeFileSync(log, `${seconds} 500 _wildcard_.bob.example\n${seconds} 7 _wildcard_.eve.example\n`);
    await here.engine.store.transaction('changes', async (db) => {
      await db.run(
        `INSERT INTO task (server, kind, input, state, progress, activity, reason, caller, xid, process, attempts,
          stop_requested, created_at, not_before)
         VALUES (?, 'count-bandwidth', '{}', 'waiting', 0, '', '', 'root', '', '', 0, 0, ?, ?)`,
        ...[db.server, here.time, here.time],
      );
      return { value: undefined, keep: true };
    });
    await runTasks(here);
    const { acct } = (await succeed('showbw')) as {
      acct: { user: string; bwusage: { domain: string; usage: number }[] }[];
    };
    const bob = acct.find(({ user }) => user === 'bob');
    expect(bob?.bwusage).toContainEqual({ domain: '*.bob.example', usage: 500, deleted: 0 });
    writeFileSync(
      inRoot('var/log/whmapi1-domlogs/bob/_wildcard_.bob.example-error.log'),
      '[Sun Mar 01 12:00:00.000000 2026] [core:error] [pid 1:tid 1] [client 192.0.2.9:1] an error\n',
    );
    expect(await uapi('Stats::get_site_errors', { domain: '*.bob.example', log: 'error' })).toHaveLength(1);
  });
});

describe('what cannot be a wildcard', () => {
  it('is a main or parked domain, a label that is not the first, a part of one, or a document root', async () => {
    for (const [what, command, args] of [
      ['a main domain', 'createacct', { username: 'ann', domain: '*.ann.example' }],
      [
        'a parked domain',
        'create_parked_domain_for_user',
        { username: 'bob', domain: '*.p.example', web_vhost_domain: 'bob.example' },
      ],
      [
        'a label that is not the first',
        'create_subdomain',
        { domain: 'a.*.bob.example', document_root: 'public_html/a' },
      ],
      ['a part of a label', 'create_subdomain', { domain: 'a*.bob.example', document_root: 'public_html/a' }],
      ['a document root', 'create_subdomain', { domain: 'a.bob.example', document_root: 'public_html/*' }],
    ] as [string, string, Record<string, Json>][]) {
      expect([what, await reasonOf(command, args)]).toEqual([what, expect.stringContaining('should be')]);
      expect([what, files()]).toEqual([what, ['bob.conf', 'eve.conf']]);
    }
  });

  it('is a domain of somebody else, one that exists, or the website of other domains', async () => {
    expect(await errorOf('SubDomain::addsubdomain', { domain: '*', rootdomain: 'eve.example' })).toContain(
      'should be a domain of your account',
    );
    await uapi('SubDomain::addsubdomain', { domain: '*', rootdomain: 'bob.example' });
    expect(await errorOf('SubDomain::addsubdomain', { domain: '*', rootdomain: 'bob.example' })).toContain(
      'already belongs to an account',
    );
    // Nor is it the website of an addon or parked domain, or of unknown names.
    const addon = { newdomain: 'new.example', subdomain: '*', dir: 'public_html/new' };
    const call = { cpanel_jsonapi_user: 'bob', cpanel_jsonapi_module: 'AddonDomain' };
    const { data } = await here.call('cpanel', { ...call, cpanel_jsonapi_func: 'addaddondomain', ...addon });
    expect(JSON.stringify(data)).toContain('cannot serve an addon domain');
    expect(
      await reasonOf('create_parked_domain_for_user', {
        ...{ username: 'bob', domain: 'new.example', web_vhost_domain: '*.bob.example' },
      }),
    ).toContain('serves only names below its parent domain');
    expect(await reasonOf('set_primary_servername', { servername: '*.bob.example' })).toContain(
      'cannot answer for unknown names',
    );
  });
});
