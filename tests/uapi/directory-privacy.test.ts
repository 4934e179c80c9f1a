// DirectoryPrivacy: directories of an account’s website that need a password.
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  mkdirSync(at('public_html/private/in ner'), { recursive: true });
  mkdirSync(join(here.state, 'root/home/eve/public_html/private'));
});
afterAll(() => here.remove());

const OWN = '# mine\n';
const at = (path: string) => join(here.state, 'root/home/bob', path);
const text = (path: string) => readFileSync(at(path), 'utf8');
const uapi = (name: string, args: Record<string, string>) =>
  here.uapi('bob', `DirectoryPrivacy::${name}`, args);
const dir = 'public_html/private';
const users = '.htpasswds/public_html/private/passwd';
const off = { protected: 0, auth_name: '', auth_type: '', passwd_file: '' };
const on = { protected: 1, auth_name: 'Für uns', auth_type: 'Basic', passwd_file: `/home/bob/${users}` };

test('DirectoryPrivacy::configure_directory_protection and DirectoryPrivacy::is_directory_protected', async () => {
  writeFileSync(at(`${dir}/.htaccess`), OWN);
  expect((await uapi('is_directory_protected', { dir })).data).toEqual(off);
  const enable = { dir: `/home/bob/${dir}`, enabled: '1', authname: 'Für uns' };
  expect(await uapi('configure_directory_protection', enable)).toMatchObject({ status: 1, data: on });
  await uapi('configure_directory_protection', enable);
  expect(text(`${dir}/.htaccess`)).toBe(
    '# BEGIN whmapi1 directory privacy\nAuthType Basic\nAuthName "Für uns"\n' +
      `AuthUserFile "/home/bob/${users}"\nRequire valid-user\n# END whmapi1 directory privacy\n${OWN}`,
  );
  expect(existsSync(at(users))).toBe(true);
  expect((await uapi('is_directory_protected', { dir })).data).toEqual(on);
  const { data } = await uapi('configure_directory_protection', { dir, enabled: '0' });
  expect([data, text(`${dir}/.htaccess`)]).toEqual([off, OWN]);
});

test('DirectoryPrivacy::add_user, DirectoryPrivacy::list_users and DirectoryPrivacy::delete_user', async () => {
  writeFileSync(at(users), '# kept\nold:$apr1$x$y\n');
  expect(await uapi('add_user', { dir, user: 'ann', password })).toMatchObject({ status: 1, data: null });
  expect(text(users)).toMatch(/^# kept\nold:\$apr1\$x\$y\nann:\$2y\$08\$[./A-Za-z0-9]{53}\n$/);
  const before = text(users);
  await uapi('add_user', { dir, user: 'ann', password: `${password} 8` });
  expect([text(users) === before, text(users).match(/ann:/g)?.length]).toEqual([false, 1]);
  expect((await uapi('list_users', { dir })).data).toEqual(['old', 'ann']);
  await uapi('delete_user', { dir, user: 'ann' });
  expect(text(users)).toBe('# kept\nold:$apr1$x$y\n');
  expect((await uapi('delete_user', { dir, user: 'ann' })).errors).toEqual([
    '“/home/bob/public_html/private” has no user “ann”.',
  ]);
  // Before the directory is protected, and in a directory whose name has a space.
  await uapi('add_user', { dir: 'public_html/private/in ner', user: 'ann', password });
  expect(text('.htpasswds/public_html/private/in ner/passwd')).toMatch(/^ann:/);
  expect(JSON.stringify(here.audit())).not.toContain(password);
});

test('DirectoryPrivacy::list_directories', async () => {
  await uapi('configure_directory_protection', { dir, enabled: '1', authname: 'Für uns' });
  const { data } = await uapi('list_directories', { dir: 'public_html' });
  expect(data).toEqual({
    current: { path: '/home/bob/public_html', state: off },
    home: { path: '/home/bob', state: off },
    parent: { path: '/home/bob', state: off },
    children: [{ path: '/home/bob/public_html/private', state: on }],
  });
  await uapi('configure_directory_protection', { dir, enabled: '0' });
});

test.each([
  '../eve/public_html',
  '/home/eve/public_html',
  '/etc',
  'out',
  '',
  '.',
  '.htpasswds',
  'none',
  'a"b',
  'a\nb',
  '$x',
])('the directory %j is refused', async (given) => {
  if (!existsSync(at('out'))) {
    symlinkSync('../eve/public_html', at('out'));
    for (const name of ['a"b', 'a\nb', '$x']) mkdirSync(at(name));
  }
  const calls: [string, Record<string, string>][] = [
    ['configure_directory_protection', { enabled: '1', authname: 'x' }],
    ['add_user', { user: 'ann', password }],
    ['delete_user', { user: 'ann' }],
    ['list_users', {}],
    ['is_directory_protected', {}],
  ];
  for (const [name, args] of calls)
    expect([name, (await uapi(name, { dir: given, ...args })).status]).toEqual([name, 0]);
  expect(existsSync(join(here.state, 'root/home/eve/public_html/.htaccess'))).toBe(false);
  expect(existsSync(join(here.state, 'root/home/eve/.htpasswds'))).toBe(false);
});

test.each([
  ['configure_directory_protection', { enabled: '1', authname: 'x"\nSetHandler y' }],
  ['configure_directory_protection', { enabled: '1', authname: 'a"b' }],
  ['configure_directory_protection', { enabled: '1', authname: '${HOME}' }],
  ['configure_directory_protection', { enabled: '1' }],
  ['add_user', { user: 'a:b', password }],
  ['add_user', { user: 'a\nroot', password }],
  ['add_user', { user: 'ann', password: 'a' }],
  ['add_user', { user: 'ann', password: 'long enough '.repeat(7) }],
])('%s refuses %j', async (name, args) => {
  const before = [text(`${dir}/.htaccess`), text(users)];
  expect(await uapi(name, { dir, ...(args as Record<string, string>) })).toMatchObject({ status: 0 });
  expect([text(`${dir}/.htaccess`), text(users)]).toEqual(before);
});

test('lines of the account that ask for a password are not doubled', async () => {
  const enable = { dir, enabled: '1', authname: 'x' };
  for (const line of ['AuthType Digest', ' Require all granted', 'require ip 192.0.2.1', 'Satisfy Any']) {
    writeFileSync(at(`${dir}/.htaccess`), `${line}\n`);
    const { errors } = await uapi('configure_directory_protection', enable);
    expect([line, errors?.[0]]).toEqual([line, expect.stringMatching(/has its own lines with AuthType/)]);
  }
  writeFileSync(at(`${dir}/.htaccess`), '<Files x>\nRequire all denied\n</Files>\n');
  expect((await uapi('configure_directory_protection', enable)).status).toBe(1);
  writeFileSync(at(`${dir}/.htaccess`), OWN);
});

test('a link in the place of the users leads nowhere', async () => {
  mkdirSync(at('public_html/linked'));
  symlinkSync('../../eve', at('.htpasswds/public_html/linked'));
  expect((await uapi('add_user', { dir: 'public_html/linked', user: 'ann', password })).status).toBe(0);
  expect(existsSync(join(here.state, 'root/home/eve/passwd'))).toBe(false);
  expect(lstatSync(at('.htpasswds/public_html/linked')).isSymbolicLink()).toBe(true);
});
