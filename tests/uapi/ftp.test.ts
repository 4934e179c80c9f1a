// Ftp: the FTP accounts of an account, in a sandbox that writes ProFTPD's files and runs no daemon.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from 'bcryptjs';
import { readLimits } from '../../src/capabilities/ftp/driver/proftpd/limits.ts';
import { Installation } from '../support/installation.ts';

const pass = 'correct horse battery staple 7';
const PHC = '$6$saltsaltsalt$' + 'a'.repeat(86);
let here: Installation;

beforeEach(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password: pass, maxftp: '2' });
});
afterEach(() => here.remove());

const uapi = (name: string, args: Record<string, string> = {}, user = 'bob') => here.uapi(user, name, args);
const works = async (name: string, args: Record<string, string> = {}, user = 'bob') => {
  const answer = await uapi(name, args, user);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
};
const reasonOf = async (name: string, args: Record<string, string> = {}, user = 'bob') => {
  const { status, errors } = await uapi(name, args, user);
  expect([name, status]).toEqual([name, 0]);
  return (errors ?? []).join(' ');
};
const path = (file: string) => join(here.state, 'root', file);
const home = (folder = '') => path(`home/bob/${folder}`);

/** The fields of a login in the file that ProFTPD reads. Undefined: it cannot log in. */
function login(name: string): string[] | undefined {
  const lines = readFileSync(path('etc/proftpd/whmapi1/logins'), 'utf8').split('\n');
  return lines.map((line) => line.split(':')).find(([first]) => first === name);
}
const limits = () => readLimits(readFileSync(path('etc/proftpd/whmapi1/limits.tab')));
const logins = () =>
  readFileSync(path('etc/proftpd/whmapi1/logins'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':')[0]);

test('a new account logs in itself, with the password of its user', () => {
  expect(login('bob')).toEqual([
    'bob',
    '*',
    expect.stringMatching(/^\d+$/),
    expect.stringMatching(/^\d+$/),
    'bob',
    '/home/bob',
    '/bin/false',
  ]);
});

describe('Ftp::add_ftp', () => {
  it('creates the folder and the login, with the IDs of the account', async () => {
    await works('Ftp::add_ftp', { user: 'web', pass, homedir: 'public_html/shop', quota: '5' });
    expect(existsSync(home('public_html/shop'))).toBe(true);
    const [, hash = '', ...others] = login('web@bob.example') ?? [];
    expect(others).toEqual([...(login('bob') ?? []).slice(2, 5), '/home/bob/public_html/shop', '/bin/false']);
    expect([await compare(pass, hash), await compare('wrong', hash)]).toEqual([true, false]);
    expect(limits()).toEqual([{ name: 'web@bob.example', bytes: 5 * 2 ** 20 }]);
    expect(await works('Ftp::list_ftp')).toEqual([
      { user: 'bob', type: 'main', homedir: '/home/bob' },
      { user: 'web@bob.example', type: 'sub', homedir: '/home/bob/public_html/shop' },
    ]);
    expect(await works('Ftp::get_quota', { account: 'web' })).toBe('5');
  });

  it('accepts a hash, a domain of the account, and a folder of the login by default', async () => {
    await here.uapi('bob', 'SubDomain::addsubdomain', { domain: 'shop', rootdomain: 'bob.example' });
    await works('Ftp::add_ftp', { user: 'a.b', domain: 'shop.bob.example', pass_hash: PHC });
    expect(login('ab@shop.bob.example')?.[1]).toBe(PHC);
    expect(existsSync(home('ab@shop.bob.example'))).toBe(true);
    await works('Ftp::add_ftp', {
      user: 'c.d@bob.example',
      disallowdot: '0',
      pass,
      pass_hash: '',
      homedir: '/',
    });
    expect(login('c.d@bob.example')?.[5]).toBe('/home/bob');
    expect(limits()).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a domain of somebody else', { user: 'web', domain: 'eve.example' }, 'not one of your domains'],
    ['two domains', { user: 'web@bob.example', domain: 'eve.example' }, 'different domains'],
    ['a name with a colon', { user: 'web:x' }, 'Invalid FTP account'],
    ['a line break', { user: 'web\nroot' }, 'user'],
    ['the name of anonymous FTP', { user: 'ftp' }, 'anonymous FTP'],
    ['a folder outside', { user: 'web', homedir: '../eve' }, 'homedir'],
    ['a folder with a colon', { user: 'web', homedir: 'a:b' }, 'homedir'],
    ['a quota that is no number', { user: 'web', quota: 'much' }, 'quota'],
    ['a weak password', { user: 'web', pass: 'web' }, 'too weak'],
    ['a hash of another kind', { user: 'web', pass: '', pass_hash: 'x:0:0' }, 'pass_hash'],
    [
      'a hash that takes a minute',
      { user: 'web', pass: '', pass_hash: PHC.replace('$6$', '$6$rounds=99999999$') },
      'at most 999,999 rounds',
    ],
    ['neither', { user: 'web', pass: '' }, 'pass'],
    ['both', { user: 'web', pass_hash: PHC }, 'pass'],
  ])('rejects %s', async (_what, args, reason) => {
    const before = readFileSync(path('etc/proftpd/whmapi1/logins'), 'utf8');
    expect(await reasonOf('Ftp::add_ftp', { pass, ...args })).toContain(reason);
    expect(readFileSync(path('etc/proftpd/whmapi1/logins'), 'utf8')).toBe(before);
  });

  it('rejects a folder to which a link leads', async () => {
    symlinkSync('/etc', home('out'));
    expect(await reasonOf('Ftp::add_ftp', { user: 'web', pass, homedir: 'out' })).toContain('is a link');
    mkdirSync(home('real'));
    symlinkSync('real', home('in'));
    expect(await reasonOf('Ftp::add_ftp', { user: 'web', pass, homedir: 'in/x' })).toContain('is a link');
  });

  it('rejects a login that exists, and more than the package allows', async () => {
    await works('Ftp::add_ftp', { user: 'web', pass });
    expect(await reasonOf('Ftp::add_ftp', { user: 'web', pass })).toContain('already exists');
    await works('Ftp::add_ftp', { user: 'two', pass });
    expect(await reasonOf('Ftp::add_ftp', { user: 'three', pass })).toContain(
      'may have 2 FTP accounts, and has 2',
    );
    await here.call('modifyacct', { user: 'bob', MAXFTP: 'unlimited' });
    await works('Ftp::add_ftp', { user: 'three', pass });
  });
});

describe('changes', () => {
  beforeEach(() => works('Ftp::add_ftp', { user: 'web', pass, homedir: 'files', quota: '5' }));

  test('a password, a quota and a folder are written at once', async () => {
    await works('Ftp::passwd', { user: 'web', pass: 'another horse battery staple 8' });
    const hash = login('web@bob.example')?.[1] ?? '';
    expect(await compare('another horse battery staple 8', hash)).toBe(true);
    await works('Ftp::set_quota', { user: 'web@bob.example', quota: '7' });
    expect(limits()).toEqual([{ name: 'web@bob.example', bytes: 7 * 2 ** 20 }]);
    await works('Ftp::set_quota', { user: 'web', quota: '7', kill: '1' });
    expect([limits(), await works('Ftp::get_quota', { account: 'web' })]).toEqual([[], 'unlimited']);
    await works('Ftp::set_homedir', { user: 'web', homedir: 'public_html/new' });
    expect(login('web@bob.example')?.[5]).toBe('/home/bob/public_html/new');
    expect(existsSync(home('public_html/new'))).toBe(true);
    expect(login('web@bob.example')?.[1]).toBe(hash);
  });

  test('deleted, without and with its files', async () => {
    writeFileSync(home('files/kept'), '');
    await works('Ftp::delete_ftp', { user: 'web' });
    expect([login('web@bob.example'), limits(), existsSync(home('files/kept'))]).toEqual([
      undefined,
      [],
      true,
    ]);
    expect(await reasonOf('Ftp::ftp_exists', { user: 'web' })).toContain('You do not have an FTP account');
    await works('Ftp::add_ftp', { user: 'web', pass, homedir: 'files' });
    await works('Ftp::ftp_exists', { user: 'web' });
    await works('Ftp::delete_ftp', { user: 'web', destroy: '1' });
    expect(existsSync(home('files'))).toBe(false);
  });

  test('a folder with another purpose is not removed', async () => {
    for (const homedir of ['/', 'public_html', 'mail']) {
      await works('Ftp::set_homedir', { user: 'web', homedir });
      expect(await reasonOf('Ftp::delete_ftp', { user: 'web', destroy: '1' })).toContain('another purpose');
    }
    await works('Ftp::set_homedir', { user: 'web', homedir: 'files' });
    await works('Ftp::add_ftp', { user: 'two', pass, homedir: 'files/below' });
    expect(await reasonOf('Ftp::delete_ftp', { user: 'web', destroy: '1' })).toContain('another purpose');
    expect(login('web@bob.example')).toBeDefined();
  });

  test('those of others answer like unknown ones', async () => {
    const unknown = 'You do not have an FTP account';
    for (const name of ['Ftp::delete_ftp', 'Ftp::set_quota', 'Ftp::set_homedir', 'Ftp::ftp_exists'])
      expect(await reasonOf(name, { user: 'web@bob.example' }, 'eve')).toContain(unknown);
    expect(await reasonOf('Ftp::passwd', { user: 'web@bob.example', pass }, 'eve')).toContain(unknown);
    expect(await works('Ftp::list_ftp', { include_acct_types: 'sub' }, 'eve')).toEqual([]);
  });
});

test('Ftp::list_ftp_with_disk measures the folders', async () => {
  await works('Ftp::add_ftp', { user: 'web', pass, homedir: 'files', quota: '1' });
  writeFileSync(home('files/big'), Buffer.alloc(600_000, 1));
  const [row] = (await works('Ftp::list_ftp_with_disk', { skip_acct_types: 'main|anonymous' })) as Record<
    string,
    unknown
  >[];
  const used = Number(row?._diskused);
  expect(used).toBeGreaterThanOrEqual(600_000);
  expect(used).toBeLessThan(700_000);
  expect(row).toMatchObject({
    ...{ login: 'web@bob.example', serverlogin: 'web@bob.example', accttype: 'sub', deleteable: 1 },
    ...{ dir: '/home/bob/files', reldir: 'files', htmldir: null },
    ...{ diskquota: '1', _diskquota: '1048576', humandiskquota: '1 MB' },
    ...{ diskusedpercent: Math.round((100 * used) / 2 ** 20), diskusedpercent20: 60 },
  });
  expect(await reasonOf('Ftp::list_ftp', { include_acct_types: 'sub|other' })).toContain('“other”');
});

describe('anonymous FTP', () => {
  const file = (username: string) => path(`etc/proftpd/whmapi1/anonymous/${username}.conf`);
  const allows = async () => [
    await works('Ftp::allows_anonymous_ftp'),
    await works('Ftp::allows_anonymous_ftp_incoming'),
  ];

  it('is enabled, with uploads, and disabled', async () => {
    expect(await allows()).toEqual([{ allows: 0 }, { allows: 0 }]);
    await works('Ftp::set_anonymous_ftp_incoming', { set: '1' });
    expect([existsSync(file('bob')), existsSync(home('public_ftp'))]).toEqual([false, false]);
    await works('Ftp::set_anonymous_ftp', { set: '1' });
    expect(await allows()).toEqual([{ allows: 1 }, { allows: 1 }]);
    expect(existsSync(home('public_ftp/incoming'))).toBe(true);
    const text = readFileSync(file('bob'), 'utf8');
    expect(text).toContain('<Anonymous /home/bob/public_ftp>\n  User anonymous@bob.example\n');
    expect(text).toContain('<Directory incoming>');
    expect(login('anonymous@bob.example')?.[1]).toBe('*');
    expect(await works('Ftp::list_ftp', { include_acct_types: 'anonymous' })).toEqual([
      { user: 'anonymous@bob.example', type: 'anonymous', homedir: '/home/bob/public_ftp' },
    ]);
    await works('Ftp::set_anonymous_ftp_incoming', { set: '0' });
    expect(readFileSync(file('bob'), 'utf8')).not.toContain('incoming');
    await works('Ftp::set_anonymous_ftp', { set: '0' });
    expect([await allows(), existsSync(file('bob'))]).toEqual([[{ allows: 0 }, { allows: 0 }], false]);
    expect(login('anonymous@bob.example')).toBeUndefined();
  });

  it('follows the account', async () => {
    await works('Ftp::set_anonymous_ftp', { set: '1' });
    await here.call('modifyacct', { user: 'bob', newuser: 'rob', domain: 'rob.example' });
    expect(existsSync(file('bob'))).toBe(false);
    expect(readFileSync(file('rob'), 'utf8')).toContain('UserAlias ftp@rob.example anonymous@rob.example');
    expect(login('anonymous@rob.example')?.slice(4, 6)).toEqual(['rob', '/home/rob/public_ftp']);
    await here.call('removeacct', { user: 'rob' });
    expect(existsSync(file('rob'))).toBe(false);
  });

  test('the welcome message is a file of the account', async () => {
    expect(await works('Ftp::get_welcome_message')).toBe('');
    await works('Ftp::set_welcome_message', { message: 'Hello\nthere' });
    expect(await works('Ftp::get_welcome_message')).toBe('Hello\nthere');
    expect(readFileSync(home('public_ftp/welcome.msg'), 'utf8')).toBe('Hello\nthere');
  });
});

test('the server', async () => {
  expect(await works('Ftp::get_ftp_daemon_info')).toEqual({
    ...{ enabled: 1, name: 'proftpd' },
    supports: { quota: 1, login_without_domain: 0 },
  });
  expect([await works('Ftp::server_name'), await works('Ftp::get_port')]).toEqual(['proftpd', { port: 21 }]);
  expect(await works('Ftp::list_sessions')).toEqual([]);
  await works('Ftp::kill_session');
  expect(await reasonOf('Ftp::kill_session', { login: '1' })).toContain(
    'no FTP session with the process ID 1',
  );
  expect(await reasonOf('Ftp::kill_session', { login: '-1' })).toContain('process ID');
});

describe('the life of an account', () => {
  beforeEach(async () => {
    await here.uapi('bob', 'SubDomain::addsubdomain', { domain: 'shop', rootdomain: 'bob.example' });
    await works('Ftp::add_ftp', { user: 'web', pass, homedir: 'files', quota: '5' });
    await works('Ftp::add_ftp', { user: 'web', domain: 'shop.bob.example', pass, homedir: 'files' });
  });

  test('renamed, with another main domain: the logins follow, and the quota', async () => {
    const hash = login('web@bob.example')?.[1];
    await here.call('modifyacct', { user: 'bob', newuser: 'rob', domain: 'rob.example' });
    expect(logins().sort()).toEqual(['eve', 'rob', 'web@rob.example', 'web@shop.rob.example']);
    const [, kept, , , owner, folder] = login('web@rob.example') ?? [];
    expect([kept, owner, folder]).toEqual([hash, 'rob', '/home/rob/files']);
    expect(limits()).toEqual([{ name: 'web@rob.example', bytes: 5 * 2 ** 20 }]);
    const listed = (await works('Ftp::list_ftp', { include_acct_types: 'sub' }, 'rob')) as { user: string }[];
    expect(listed.map(({ user }) => user)).toEqual(['web@rob.example', 'web@shop.rob.example']);
  });

  test('a removed domain has no logins any more, and its files stay', async () => {
    await here.call('delete_domain', { domain: 'shop.bob.example' });
    expect(logins().sort()).toEqual(['bob', 'eve', 'web@bob.example']);
    expect(await reasonOf('Ftp::ftp_exists', { user: 'web@shop.bob.example' })).toContain('You do not have');
    expect(existsSync(home('files'))).toBe(true);
  });

  test('suspended: nobody logs in, and what is stored comes back', async () => {
    await here.call('suspendacct', { user: 'bob' });
    expect(logins()).toEqual(['eve']);
    expect(limits()).toEqual([]);
    await here.call('unsuspendacct', { user: 'bob' });
    expect(logins().sort()).toEqual(['bob', 'eve', 'web@bob.example', 'web@shop.bob.example']);
    expect(limits()).toHaveLength(1);
  });

  test('suspended with leave-ftp-accts-enabled=1: the FTP accounts stay, also if the reason changes', async () => {
    await here.call('suspendacct', { user: 'bob', 'leave-ftp-accts-enabled': '1' });
    const left = ['eve', 'web@bob.example', 'web@shop.bob.example'];
    expect(logins().sort()).toEqual(left);
    await here.call('suspendacct', { user: 'bob', reason: 'another' });
    expect(logins().sort()).toEqual(left);
    await here.call('unsuspendacct', { user: 'bob' });
    await here.call('suspendacct', { user: 'bob' });
    expect(logins()).toEqual(['eve']);
  });

  test('removed: another account of the name has none of them', async () => {
    await here.call('removeacct', { user: 'bob' });
    expect([logins(), limits()]).toEqual([['eve'], []]);
    await here.call('createacct', { username: 'bob', domain: 'bob.example', password: pass });
    expect(await works('Ftp::list_ftp')).toHaveLength(1);
  });
});

test('API 2', async () => {
  const rows = async (name: string, args: Record<string, string> = {}) =>
    (await here.api2('bob', name, args)).data;
  const done = [expect.objectContaining({ result: 1 })];
  const web = { user: 'web', pass, homedir: 'files', quota: 'unlimited' };
  expect(await rows('Ftp::addftp', web)).toEqual(done);
  expect(await rows('Ftp::setquota', { user: 'web', quota: '3' })).toEqual(done);
  expect(await rows('Ftp::passwd', { user: 'web', pass: 'another horse battery staple 8' })).toEqual(done);
  expect(await rows('Ftp::listftp', { include_acct_types: 'sub' })).toEqual([
    { user: 'web@bob.example', type: 'sub', homedir: '/home/bob/files' },
  ]);
  expect(await rows('Ftp::listftpwithdisk', { include_acct_types: 'sub', dirhtml: 'x' })).toMatchObject([
    { login: 'web@bob.example', diskquota: '3', htmldir: null },
  ]);
  expect(await rows('Ftp::listftpsessions')).toEqual([]);
  expect(await rows('Ftp::delftp', { user: 'web', destroy: '1' })).toEqual(done);
  expect(await rows('Ftp::delftp', { user: 'web' })).toEqual([
    { result: 0, reason: expect.stringContaining('You do not have an FTP account') as string },
  ]);
});
