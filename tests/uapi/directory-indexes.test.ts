// DirectoryIndexes: lists of files in an account’s directories that have no index file.
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { settled } from '../support/settled-web.ts';

const fancy = 'IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* Charset=UTF-8';
const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  mkdirSync(at('public_html/files/old'), { recursive: true });
  mkdirSync(at('public_html/files/a*b'));
  symlinkSync('/etc', at('public_html/link'));
});
afterAll(() => here.remove());

const at = (path: string) => join(here.state, 'root/home/bob', path);
const uapi = (name: string, args: Record<string, string>) =>
  here.uapi('bob', `DirectoryIndexes::${name}`, args);
const web = (username = 'bob') =>
  readFileSync(join(here.state, `root/etc/apache2/whmapi1/accounts/${username}.conf`), 'utf8');
/** The lines of each section for a directory, as often as there are virtual hosts. */
const sections = (path: string, username = 'bob') =>
  [...web(username).matchAll(/<Directory "(.*)">\n([^]*?)\t<\/Directory>/g)]
    .filter(([, directory = '']) => directory.endsWith(`/root/home/${path}`))
    .map(([, , lines = '']) => lines.trim().split(/\n\s*/));

test('DirectoryIndexes::set_indexing and DirectoryIndexes::get_indexing', async () => {
  const before = web();
  const dir = 'public_html/files';
  expect((await uapi('get_indexing', { dir })).data).toBe('inherit');
  for (const [type, lines] of [
    ['standard', ['Options +Indexes', 'IndexOptions None']],
    ['fancy', ['Options +Indexes', fancy]],
    ['disabled', ['Options -Indexes']],
  ] as const) {
    expect(await uapi('set_indexing', { dir: `/home/bob/${dir}/`, type })).toMatchObject({
      status: 1,
      data: type,
    });
    expect((await uapi('get_indexing', { dir })).data).toBe(type);
    // Without and with TLS.
    expect(sections('bob/public_html/files')).toEqual([lines, lines]);
  }
  expect((await uapi('get_indexing', { dir: `${dir}/old` })).data).toBe('inherit');
  await uapi('set_indexing', { dir, type: 'inherit' });
  expect(web()).toBe(settled(before));
});

test('DirectoryIndexes::list_directories shows a directory and those around it', async () => {
  await uapi('set_indexing', { dir: 'public_html/files/old', type: 'fancy' });
  await uapi('set_indexing', { dir: 'public_html', type: 'disabled' });
  const state = (path: string, index_type: string) => ({ path: `/home/bob${path}`, state: { index_type } });
  const { data } = await uapi('list_directories', { dir: 'public_html/files' });
  expect(data).toEqual({
    current: state('/public_html/files', 'inherit'),
    home: state('', 'inherit'),
    parent: state('/public_html', 'disabled'),
    children: [state('/public_html/files/a*b', 'inherit'), state('/public_html/files/old', 'fancy')],
  });
});

test('the settings follow a new username, and end with the account', async () => {
  await here.uapi('eve', 'DirectoryIndexes::set_indexing', { dir: 'public_html', type: 'fancy' });
  expect((await here.call('modifyacct', { user: 'eve', newuser: 'eva' })).metadata.reason).toBe('OK');
  expect(sections('eva/public_html', 'eva')).toContainEqual(['Options +Indexes', fancy]);
  expect((await here.uapi('eva', 'DirectoryIndexes::get_indexing', { dir: 'public_html' })).data).toBe(
    'fancy',
  );
  await here.call('removeacct', { user: 'eva' });
  await here.call('createacct', { username: 'eva', domain: 'eva.example', password });
  expect((await here.uapi('eva', 'DirectoryIndexes::get_indexing', { dir: 'public_html' })).data).toBe(
    'inherit',
  );
});

test.each([
  ['../eve/public_html', /Invalid path/],
  ['/etc', /home/],
  ['public_html/link', /link/],
  ['public_html/nothing', /No such file/],
  ['', /dir/],
  ['.', /directory of a website/],
  ['public_html/files/a*b', /ASCII/],
])('refuses %j, and changes nothing', async (dir, reason) => {
  const before = web();
  const answer = await uapi('set_indexing', { dir, type: 'standard' });
  expect(answer.status).toBe(0);
  expect(answer.errors?.join()).toMatch(reason);
  expect(web()).toBe(before);
});

test('at most 100 directories have a setting', async () => {
  const taken = async () =>
    here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT path FROM directory_index WHERE username = ?', 'bob'),
      keep: false,
    }));
  const present = (await taken()).length;
  await here.engine.store.transaction('changes', async (db) => {
    for (let at = present; at < 100; at++) {
      const path = `public_html/${at}`;
      await db.run(
        'INSERT INTO directory_index (username, path, type) VALUES (?, ?, ?)',
        'bob',
        path,
        'fancy',
      );
    }
    return { value: undefined, keep: true };
  });
  const { errors } = await uapi('set_indexing', { dir: 'public_html/files', type: 'fancy' });
  expect(errors?.join()).toContain('At most 100 directories');
  expect((await uapi('set_indexing', { dir: 'public_html', type: 'fancy' })).status).toBe(1);
});
