// Addon domains that become accounts of their own: convert_addon_*.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  installPhp(here, '8.4');
  await succeed('createacct', { username: 'bob', domain: 'bob.example', maxaddon: '1' });
  await succeed('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
  await succeed('create_parked_domain_for_user', {
    domain: 'shop.example',
    username: 'bob',
    web_vhost_domain: 'shop.bob.example',
  });
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return { ...data } as Record<string, unknown>;
}
async function failure(command: string, args: Arguments = {}): Promise<string> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result]).toEqual([command, 0]);
  return `${metadata.error_code}: ${metadata.reason}`;
}

const inRoot = (path: string) => join(here.state, 'root', path);
const web = (username: string) => {
  const file = inRoot(`etc/apache2/whmapi1/accounts/${username}.conf`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const namesOf = (username: string) => [
  ...new Set([...web(username).matchAll(/^\s*ServerName (.*)$/gm)].map(([, name]) => name)),
];
async function addresses(zone: string): Promise<string[]> {
  const { zone: zones } = await succeed('dumpzone', { domain: zone });
  const [first] = zones as { record: Record<string, string>[] }[];
  return (first?.record ?? [])
    .filter(({ type }) => type === 'A')
    .map(({ name, address }) => `${name} ${address}`);
}
const conversion = { domain: 'shop.example', username: 'shop' };

async function initiate(args: Arguments = {}): Promise<number> {
  const { metadata } = await here.call('convert_addon_initiate_conversion', { ...conversion, ...args });
  expect(metadata.reason).toBe('OK');
  return metadata.task ?? 0;
}

describe('convert_addon_list_addon_domains', () => {
  it('lists the addon domains of the accounts that the caller may see', async () => {
    expect(await succeed('convert_addon_list_addon_domains')).toEqual({
      'shop.example': {
        docroot: '/home/bob/public_html/shop',
        domain_type: 'addon',
        ip: '192.0.2.1',
        ipv6: '',
        owner: 'bob',
        reseller: 'root',
        subdomain: 'shop.bob.example',
      },
    });
    const as = reseller('rita', 'create-acct');
    expect((await here.call('convert_addon_list_addon_domains', {}, { as })).data).toEqual({});
  });
});

describe('the PHP of a converted website', () => {
  it('has the same version and settings', async () => {
    installPhp(here, '8.3');
    await succeed('php_set_vhost_versions', {
      vhost: 'shop.bob.example',
      version: 'ea-php83',
      php_fpm: '1',
      php_fpm_pool_parms: '{"pm_max_children":7}',
    });
    await initiate({ wait: '1' });
    const { versions } = await succeed('php_get_vhost_versions');
    const found = (versions as Record<string, Json>[]).find(({ vhost }) => vhost === 'shop.example');
    expect(found).toMatchObject({ account: 'shop', version: 'ea-php83', php_fpm: 1 });
    expect(poolNames(poolFile(here, '8.3', 'shop'))).toEqual(['shop.example']);
    expect(poolFile(here, '8.3', 'shop')).toContain('pm.max_children = 7');
    expect(poolFile(here, '8.4', 'shop')).toBeUndefined();
    expect(web('shop')).toContain('whmapi1-php/8.3-shop.example.sock');
    expect(poolFile(here, '8.3', 'bob') ?? '').not.toContain('shop');
  });

  it('follows the default of the server if it did before', async () => {
    await initiate({ wait: '1' });
    installPhp(here, '8.3');
    await succeed('php_set_system_default_version', { version: 'ea-php83' });
    expect(poolNames(poolFile(here, '8.3', 'shop'))).toEqual(['shop.example']);
  });
});

describe('convert_addon_fetch_domain_details', () => {
  it('shows an addon domain, and rejects others', async () => {
    expect(await succeed('convert_addon_fetch_domain_details', { domain: 'shop.example' })).toEqual({
      docroot: '/home/bob/public_html/shop',
      has_dedicated_ip: 0,
      has_ssl_cert_installed: 1,
      ip: '192.0.2.1',
      is_sni_supported: 1,
      ...{ number_of_autoresponders: 0, number_of_domain_forwarders: 0 },
      ...{ number_of_email_accounts: 0, number_of_email_forwarders: 0 },
      owner: 'bob',
    });
    for (const domain of ['bob.example', 'shop.bob.example']) {
      expect(await failure('convert_addon_fetch_domain_details', { domain })).toMatch(
        /^bad_param: “.*” is not an addon domain/,
      );
    }
  });
});

describe('convert_addon_initiate_conversion', () => {
  it('makes an account with the website’s files and zone, and removes the domain from the other account', async () => {
    mkdirSync(inRoot('home/bob/public_html/shop/css'));
    writeFileSync(inRoot('home/bob/public_html/shop/index.html'), 'shop');
    writeFileSync(inRoot('home/bob/public_html/shop/css/a.css'), 'body {}');
    writeFileSync(inRoot('home/bob/secret'), 'secret');
    symlinkSync('../../secret', inRoot('home/bob/public_html/shop/link'));
    await succeed('addzonerecord', { domain: 'shop.example', name: 'x', type: 'A', address: '198.51.100.9' });

    const id = await initiate();
    expect(await succeed('convert_addon_list_conversions')).toEqual({
      conversions: [
        {
          domain: 'shop.example',
          end_time: 0,
          job_id: id,
          source_acct: 'bob',
          start_time: 0,
          status: 'PENDING',
          target_acct: 'shop',
        },
      ],
    });
    expect(await failure('convert_addon_initiate_conversion', conversion)).toContain(
      `busy: The conversion ${id} of “shop.example” to “shop” is in progress.`,
    );
    await runTasks(here);

    const details = await succeed('convert_addon_fetch_conversion_details', { job_id: id });
    expect(details).toMatchObject({ job_status: 'DONE', source_acct: 'bob', target_acct: 'shop' });
    const steps = details.steps as { status: string; warnings: string }[];
    expect(steps.map(({ status }) => status)).toEqual(['DONE']);
    expect(steps[0]?.warnings).toContain('Copied: 2 files, 11 bytes, 0 symbolic links.');
    expect(steps[0]?.warnings).toContain(
      'Not copied: 1, for example link (the link leads out of the document root).',
    );
    expect(steps[0]?.warnings).toContain('Databases were not moved');
    expect(await succeed('convert_addon_get_conversion_status', { job_id: id })).toMatchObject({
      [id]: { job_id: String(id), job_status: 'DONE', source_acct: 'bob' },
    });

    expect(readFileSync(inRoot('home/shop/public_html/index.html'), 'utf8')).toBe('shop');
    expect(readFileSync(inRoot('home/shop/public_html/css/a.css'), 'utf8')).toBe('body {}');
    expect(existsSync(inRoot('home/shop/public_html/link'))).toBe(false);
    expect(readFileSync(inRoot('home/bob/public_html/shop/index.html'), 'utf8')).toBe('shop');
    expect([namesOf('bob'), namesOf('shop')]).toEqual([['bob.example'], ['shop.example']]);
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example']);
    expect(poolNames(poolFile(here, '8.4', 'shop'))).toEqual(['shop.example']);
    expect(await addresses('shop.example')).toContain('x.shop.example. 198.51.100.9');
    expect((await addresses('bob.example')).join()).not.toContain('shop');
    expect(await succeed('getdomainowner', { domain: 'shop.example' })).toEqual({ user: 'shop' });
    expect(await succeed('getdomainowner', { domain: 'shop.bob.example' })).toEqual({ user: null });
    // The zone is now the new account’s, and goes with it.
    await succeed('removeacct', { username: 'shop' });
    expect(await failure('dumpzone', { domain: 'shop.example' })).toMatch(/exist/);
  });

  it('converts during the call with wait=1, and shows all steps in a dry run', async () => {
    const args = { ...conversion, wait: '1' };
    const { metadata } = await here.call('convert_addon_initiate_conversion', args, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain('Copy the files in “/home/bob/public_html/shop”');
    expect(namesOf('shop')).toEqual([]);
    await succeed('convert_addon_initiate_conversion', args);
    expect(namesOf('shop')).toEqual(['shop.example']);
  });

  it('undoes everything if a step fails, and says why', async () => {
    const before = [web('bob'), poolFile(here, '8.4', 'bob'), readdirSync(inRoot('home'))];
    // The last step but few: somebody has edited the file of the account that loses the domain.
    const file = inRoot('etc/apache2/whmapi1/accounts/bob.conf');
    writeFileSync(file, `${web('bob')}# edited\n`);
    const id = await initiate();
    await runTasks(here);
    writeFileSync(file, web('bob').replace('# edited\n', ''));
    expect([web('bob'), poolFile(here, '8.4', 'bob'), readdirSync(inRoot('home'))]).toEqual(before);
    expect(namesOf('shop')).toEqual([]);
    expect(await succeed('getdomainowner', { domain: 'shop.example' })).toEqual({ user: 'bob' });
    const { job_status: status, steps } = await succeed('convert_addon_fetch_conversion_details', {
      job_id: id,
    });
    expect([status, steps]).toEqual(['FAILED', [expect.objectContaining({ status: 'FAILED' })]]);
    expect(JSON.stringify(steps)).toContain('bob.conf');
    // It can be started again.
    await initiate();
    await runTasks(here);
    expect(namesOf('shop')).toEqual(['shop.example']);
  });

  it('rejects other domains, taken usernames, unknown packages and suspended accounts before a task starts', async () => {
    const reasonFor = (args: Arguments) =>
      failure('convert_addon_initiate_conversion', { ...conversion, ...args });
    expect(await reasonFor({ domain: 'bob.example' })).toContain('is not an addon domain');
    expect(await reasonFor({ domain: 'other.example' })).toContain('not_found');
    expect(await reasonFor({ username: 'bob' })).toContain('The account “bob” already exists.');
    expect(await reasonFor({ pkgname: 'gold' })).toContain('gold');
    await succeed('suspendacct', { user: 'bob' });
    expect(await reasonFor({})).toContain('The account “bob” is suspended.');
    expect(await succeed('convert_addon_list_conversions')).toEqual({ conversions: [] });
  });
});

describe('the databases of a converted website', () => {
  const own = async (user: string) => {
    const lists = ['Mysql::list_databases', 'Mysql::list_users'].map((name) => here.uapi(user, name));
    return JSON.stringify((await Promise.all(lists)).map(({ data }) => data));
  };

  it('move, and copies are made, by a task that names them', async () => {
    const password = 'correct horse battery staple 7';
    for (const name of ['bob_wp', 'bob_blog']) await here.uapi('bob', 'Mysql::create_database', { name });
    await here.uapi('bob', 'Mysql::create_user', { name: 'bob_app', password });
    for (const database of ['bob_wp', 'bob_blog']) {
      const args = { user: 'bob_app', database, privileges: 'SELECT' };
      await here.uapi('bob', 'Mysql::set_privileges_on_database', args);
    }
    const args = { 'movemysqldb-1': 'bob_wp', movemysqluser: 'bob_app', 'copymysqldb-bob_blog': 'shop_blog' };
    expect(await failure('convert_addon_initiate_conversion', { ...conversion, movemysqldb: 'bob_no' })).toBe(
      'not_found: You do not have a database named “bob_no”.',
    );
    const id = await initiate(args);
    await runTasks(here);
    const details = await succeed('convert_addon_fetch_conversion_details', { job_id: id });
    expect(details).toMatchObject({ job_status: 'DONE' });
    const said = JSON.stringify(details.steps);
    expect(said).toContain('Moved: database “bob_wp”, user “bob_app”.');
    expect(said).toContain('Copied: database “bob_blog” to “shop_blog”.');
    expect(said).toContain('The user “bob_app” lost its privileges on the database “bob_blog”');
    expect(await own('bob')).toMatch(/bob_blog/);
    expect(await own('bob')).not.toMatch(/bob_wp|bob_app|shop_blog/);
    expect(await own('shop')).toMatch(/bob_wp.*shop_blog.*bob_app/);
    const held = { user: 'bob_app', database: 'bob_wp' };
    expect(await here.uapi('shop', 'Mysql::get_privileges_on_database', held)).toMatchObject({
      data: ['SELECT'],
    });
  });
});

describe('convert_addon_get_conversion_status', () => {
  it('rejects unknown conversions, as convert_addon_fetch_conversion_details does', async () => {
    const reason =
      'not_found: There is no conversion 99. Run convert_addon_list_conversions to list the conversions.';
    expect(await failure('convert_addon_get_conversion_status', { job_id: '99' })).toBe(reason);
    expect(await failure('convert_addon_fetch_conversion_details', { job_id: '99' })).toBe(reason);
  });
});
