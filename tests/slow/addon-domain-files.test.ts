// The files of an addon domain that becomes an account of its own: what is copied, and what changes meanwhile.
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
import { Installation } from '../support/installation.ts';
import { swap } from '../support/swap.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
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
const inRoot = (path: string) => join(here.state, 'root', path);
const web = (username: string) => {
  const file = inRoot(`etc/apache2/whmapi1/accounts/${username}.conf`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const namesOf = (username: string) => [
  ...new Set([...web(username).matchAll(/^\s*ServerName (.*)$/gm)].map(([, name]) => name)),
];
const conversion = { domain: 'shop.example', username: 'shop' };

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

  it('are copied from a folder with more files than are compared at once, which change meanwhile', async () => {
    mkdirSync(website('many'));
    const link = (index: number) => `many/${String(index).padStart(5, '0')}`;
    for (let index = 0; index < 20_001; index++) symlinkSync('first', website(link(index)));
    const converted = convert();
    while (!existsSync(copy('many')) || readdirSync(copy('many')).length < 20_001) await turn();
    for (const index of [0, 9_999, 10_000, 20_000]) rmSync(website(link(index)));
    rmSync(website(link(15_000)));
    symlinkSync('other', website(link(15_000)));
    writeFileSync(website('many/07000a'), 'new');
    expect(await converted).toContain('Copied: 1 file, 3 bytes, 19997 symbolic links.');
    expect(readdirSync(copy('many'))).toEqual(readdirSync(website('many')));
    expect(readlinkSync(copy(link(15_000)))).toBe('other');
  });

  it('can change, as the account can, while they are copied; the end of the copy has the changes', async () => {
    mkdirSync(website('many'));
    for (let index = 0; index < 500; index++) writeFileSync(website(`many/${index}`), `${index}`);
    writeFileSync(website('a-old'), 'old');
    writeFileSync(website('a-gone'), 'gone');
    const converted = convert();
    while (!existsSync(copy('many/1'))) await turn();
    writeFileSync(website('a-old'), 'new');
    rmSync(website('a-gone'));
    symlinkSync('a-old', website('a-link'));
    expect(existsSync(copy('many/499'))).toBe(false);
    // The former account is not locked, and the name of the new one is reserved.
    await succeed('create_subdomain', { domain: 'new.bob.example', document_root: 'public_html/new' });
    expect(await succeed('getdomainowner', { domain: 'shop.example' })).toEqual({ user: 'bob' });
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
