// Addon domains that become accounts of their own: convert_addon_*.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Json } from '../../src/core/values.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/tasks/loaders.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import { Installation, reseller } from '../support/installation.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';
import { swap } from '../support/swap.ts';

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
afterEach(() => {
  here.remove();
});

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
async function runTasks(): Promise<void> {
  const logs = new TaskLogFiles(new StateDirectory(here.state, process.getuid?.() ?? 0), () => here.time);
  const storeState = () => here.application.storeState();
  await new Worker({ engine: here.engine, kinds: taskKinds, logs, storeState }).runDue();
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
    await runTasks();

    const details = await succeed('convert_addon_fetch_conversion_details', { job_id: id });
    expect(details).toMatchObject({ job_status: 'DONE', source_acct: 'bob', target_acct: 'shop' });
    const steps = details.steps as { status: string; warnings: string }[];
    expect(steps.map(({ status }) => status)).toEqual(['DONE']);
    expect(steps[0]?.warnings).toContain('Copied: 2 files, 11 bytes, 0 symbolic links.');
    expect(steps[0]?.warnings).toContain(
      'Not copied: 1, for example link (the link leads out of the document root).',
    );
    expect(steps[0]?.warnings).toContain('Databases and email were not moved');
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
    await runTasks();
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
    await runTasks();
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

describe('the files of a converted website', () => {
  const website = (path: string) => inRoot(join('home/bob/public_html/shop', path));
  const copy = (path: string) => inRoot(join('home/shop/public_html', path));
  const convert = async () => {
    const { metadata } = await here.call('convert_addon_initiate_conversion', { ...conversion, wait: '1' });
    expect(metadata.reason).toBe('OK');
    return [...(metadata.output?.messages ?? []), ...(metadata.output?.warnings ?? [])].join('\n');
  };

  it('are copied with links, times and permissions', async () => {
    mkdirSync(website('css/deep'), { recursive: true });
    writeFileSync(website('css/a.css'), 'body {}', { mode: 0o640 });
    utimesSync(website('css/a.css'), 1_000_000_000, 1_000_000_000);
    const links = {
      'current.css': 'css/a.css',
      'css/deep/up': '../../index.html',
      whole: '/home/bob/public_html/shop/css',
      self: '.',
      'css/out': '../../other/secret',
      passwd: '/etc/passwd',
      home: '/home/bob',
      broken: 'css/nothing',
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, website(name));
    execFileSync('mkfifo', [website('fifo')]);
    const told = await convert();
    expect(told).toContain('Copied: 1 file, 7 bytes, 5 symbolic links.');
    expect(told).toContain('Absolute links that now lead to the copy: whole.');
    expect(told).toContain('Not copied: 4, for example ');
    for (const left of ['css/out', 'passwd', 'home'])
      expect(told).toContain(`${left} (the link leads out of the document root)`);
    expect(told).toContain('fifo (it is a fifo)');
    const found = Object.keys(links).map((name) => [
      name,
      lstatSync(copy(name), { throwIfNoEntry: false }) && readlinkSync(copy(name)),
    ]);
    expect(Object.fromEntries(found)).toEqual({
      ...{ 'current.css': 'css/a.css', 'css/deep/up': '../../index.html', self: '.', broken: 'css/nothing' },
      ...{ whole: '/home/shop/public_html/css', 'css/out': undefined, passwd: undefined, home: undefined },
    });
    expect(existsSync(copy('fifo'))).toBe(false);
    const { mode, mtimeMs } = statSync(copy('css/a.css'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_000_000_000_000]);
  });

  it('are copied in parts if they are large', async () => {
    const parts = Array.from({ length: 9 }, (_, index) => Buffer.alloc(1024 * 1024, index + 1));
    const content = Buffer.concat([...parts, Buffer.from('end')]);
    writeFileSync(website('video'), content);
    expect(await convert()).toContain(`Copied: 1 file, ${content.length} bytes`);
    expect(readFileSync(copy('video')).equals(content)).toBe(true);
  });

  it('can change, as the account can, while they are copied; the end of the copy has the changes', async () => {
    mkdirSync(website('many'));
    for (let index = 0; index < 1000; index++) writeFileSync(website(`many/${index}`), `${index}`);
    writeFileSync(website('a-old'), 'old');
    writeFileSync(website('a-gone'), 'gone');
    const converted = convert();
    while (!existsSync(copy('many/1'))) await turn();
    writeFileSync(website('a-old'), 'new');
    rmSync(website('a-gone'));
    symlinkSync('a-old', website('a-link'));
    // The former account is not locked, and the name of the new one is reserved.
    await succeed('create_subdomain', { domain: 'new.bob.example', document_root: 'public_html/new' });
    expect(await succeed('getdomainowner', { domain: 'shop.example' })).toEqual({ user: 'bob' });
    expect(existsSync(copy('many/999'))).toBe(false);
    await converted;
    expect(readFileSync(copy('a-old'), 'utf8')).toBe('new');
    expect(existsSync(copy('a-gone'))).toBe(false);
    expect(readlinkSync(copy('a-link'))).toBe('a-old');
    expect(namesOf('bob').sort()).toEqual(['bob.example', 'new.bob.example']);
    expect(namesOf('shop')).toEqual(['shop.example']);
  });

  it('do not include others, however quickly a folder and a link are exchanged', async () => {
    mkdirSync(inRoot('home/bob/private'));
    writeFileSync(inRoot('home/bob/private/a'), 'private');
    mkdirSync(website('swapped'));
    for (let index = 0; index < 100; index++) writeFileSync(website(`f${index}`), `${index}`);
    writeFileSync(website('swapped/a'), 'public');
    const swapper = await swap(website('swapped'), inRoot('home/bob/private'));
    try {
      await convert();
    } finally {
      swapper.kill('SIGKILL');
    }
    const found = lstatSync(copy('swapped'), { throwIfNoEntry: false });
    expect(found?.isSymbolicLink() ?? false).toBe(false);
    const text = existsSync(copy('swapped/a')) ? readFileSync(copy('swapped/a'), 'utf8') : 'public';
    expect(text).toBe('public');
    expect(readdirSync(inRoot('home/shop')).sort()).not.toContain('private');
  });

  it('are removed with the new account if the domain is removed meanwhile', async () => {
    mkdirSync(website('many'));
    for (let index = 0; index < 100; index++) writeFileSync(website(`many/${index}`), `${index}`);
    const converted = here.call('convert_addon_initiate_conversion', { ...conversion, wait: '1' });
    while (!existsSync(copy('many/1'))) await turn();
    await succeed('delete_domain', { domain: 'shop.example' });
    expect((await converted).metadata).toMatchObject({ result: 0, error_code: 'not_found' });
    expect(readdirSync(inRoot('home'))).toEqual(['bob']);
    await succeed('createacct', { username: 'shop', domain: 'other.example' });
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
