// The mailboxes and forwarders of an account: what is stored, Exim's files, and Dovecot's logins.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { heldQueue } from '../../src/capabilities/mail/driver/exim/held-queues.ts';
import { Database } from '../../src/store/database.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeEach(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterEach(() => here.remove());

const inRoot = (path: string) => join(here.state, 'root', path);
/** A file of Exim. Undefined if there is none. */
function lookup(name: string): string | undefined {
  const path = inRoot(`etc/exim4/whmapi1/${name}`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

interface Login {
  readonly address: string;
  readonly hash: string | null;
  readonly home: string;
  readonly maildir: string;
  readonly quota: number;
  readonly can_log_in: number;
}

/** The logins of Dovecot. */
function logins(username = 'bob'): Login[] {
  const database = new Database(inRoot('var/lib/whmapi1-mail/identities.db'), { readOnly: true });
  try {
    return database
      .prepare('SELECT * FROM identity WHERE username = ? ORDER BY address')
      .all(username) as Login[];
  } finally {
    database.close();
  }
}
const addresses = (username?: string) => logins(username).map(({ address }) => address);

async function email(name: string, args: Record<string, string> = {}, user = 'bob') {
  const answer = await here.uapi(user, name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
}
async function refusal(name: string, args: Record<string, string>, user = 'bob'): Promise<string> {
  const { status, errors } = await here.uapi(user, name, args);
  expect([name, args, status]).toEqual([name, args, 0]);
  return String(errors?.[0]);
}
const addBox = (box: string, more: Record<string, string> = {}) =>
  email('Email::add_pop', { email: box, domain: 'bob.example', password, ...more });

describe('a mailbox', () => {
  it('is created, listed, changed and removed', async () => {
    expect(await addBox('sales', { quota: '500' })).toBe('sales+bob.example');
    expect(lookup('mailboxes/bob.example')).toBe('sales:\n');
    expect(logins()).toMatchObject([
      { address: 'bob', hash: null, maildir: '/home/bob/mail' },
      {
        ...{ address: 'sales@bob.example', quota: 500 * 2 ** 20, can_log_in: 1 },
        ...{ home: '/home/bob/etc/bob.example/sales', maildir: '/home/bob/mail/bob.example/sales' },
      },
    ]);
    expect(await email('Email::list_pops')).toEqual([
      { email: 'bob', login: 'Main Account', suspended_incoming: 0, suspended_login: 0 },
      ...[
        { email: 'sales@bob.example', login: 'sales@bob.example', suspended_incoming: 0, suspended_login: 0 },
      ],
    ]);
    expect(await email('Email::count_pops')).toBe(1);
    expect(await email('Email::get_pop_quota', { email: 'sales' })).toBe(500);
    expect(await email('Email::verify_password', { email: 'sales@bob.example', password })).toBe(1);
    expect(
      await email('Email::verify_password', { email: 'sales@bob.example', password: `${password}8` }),
    ).toBe(0);

    await email('Email::passwd_pop', { email: 'sales@bob.example', password: `${password} new` });
    expect(
      await email('Email::verify_password', { email: 'sales@bob.example', password: `${password} new` }),
    ).toBe(1);
    await email('Email::edit_pop_quota', { email: 'sales', domain: 'bob.example', quota: 'unlimited' });
    expect(await email('Email::get_pop_quota', { email: 'sales' })).toBe('unlimited');
    expect(logins()[1]?.quota).toBe(0);

    mkdirSync(inRoot('home/bob/mail/bob.example/sales/new'), { recursive: true });
    writeFileSync(inRoot('home/bob/mail/bob.example/sales/new/1'), 'text');
    await email('Email::delete_pop', { email: 'sales@bob.example' });
    expect(existsSync(inRoot('home/bob/mail/bob.example/sales'))).toBe(false);
    expect(lookup('mailboxes/bob.example')).toBeUndefined();
    expect(addresses()).toEqual(['bob']);
  });

  it('has a copy of its login in the home, by which webmail works', async () => {
    await addBox('sales');
    const copy = (name: string) => readFileSync(inRoot(`home/bob/etc/bob.example/${name}`), 'utf8');
    expect(copy('passwd')).toMatch(
      /^sales:x:(\d+):\1::\/home\/bob\/mail\/bob\.example\/sales:\/home\/bob\n$/,
    );
    const session = async () => {
      const args = { login: 'sales', domain: 'bob.example', remote_address: '192.0.2.9' };
      return (await here.uapi('bob', 'Session::create_webmail_session_for_mail_user', args)).status;
    };
    expect(await session()).toBe(1);
    await email('Email::suspend_login', { email: 'sales@bob.example' });
    expect(copy('shadow')).toMatch(/^sales:!\$/);
    expect(await session()).toBe(0);
    await email('Email::delete_pop', { email: 'sales@bob.example' });
    expect(existsSync(inRoot('home/bob/etc/bob.example/passwd'))).toBe(false);
  });

  it('and its account are changed whatever is in the home', async () => {
    await addBox('sales');
    rmSync(inRoot('home/bob/etc'), { recursive: true });
    writeFileSync(inRoot('home/bob/etc'), 'not a folder');
    expect(
      (await here.call('modifyacct', { user: 'bob', newuser: 'robert', domain: 'robert.example' })).metadata,
    ).toMatchObject({
      result: 1,
    });
    expect(addresses('robert')).toEqual(['robert', 'sales@robert.example']);
    expect((await here.call('suspendacct', { user: 'robert' })).metadata.result).toBe(1);
    expect((await here.call('removeacct', { username: 'robert' })).metadata.result).toBe(1);
  });

  it('can be suspended in parts, and only that part changes', async () => {
    await addBox('sales');
    const state = () => [lookup('mailboxes/bob.example'), logins()[1]?.can_log_in];
    await email('Email::suspend_login', { email: 'sales@bob.example' });
    expect(state()).toEqual(['sales:\n', 0]);
    await email('Email::suspend_incoming', { email: 'sales@bob.example' });
    await email('Email::hold_outgoing', { email: 'sales@bob.example' });
    expect(state()).toEqual(['sales: incoming=suspended outgoing=held\n', 0]);
    await email('Email::unsuspend_login', { email: 'sales@bob.example' });
    await email('Email::suspend_outgoing', { email: 'sales@bob.example' });
    expect(state()).toEqual(['sales: incoming=suspended outgoing=suspended\n', 1]);
    await email('Email::unsuspend_incoming', { email: 'sales@bob.example' });
    await email('Email::unsuspend_outgoing', { email: 'sales@bob.example' });
    expect(state()).toEqual(['sales:\n', 1]);
  });

  it.each([
    [{ email: 'sales', domain: 'eve.example' }, 'should be a domain of the account, not “eve.example”'],
    [{ email: 'sales@eve.example' }, 'should be a domain of the account, not “eve.example”'],
    [{ email: '../x', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: 'a/b', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: 'a b', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: 'a..b', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: 'a:b', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: '|cat', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: '*', domain: 'bob.example' }, 'should begin with a user name'],
    [{ email: 'sales', domain: 'bob.example', quota: '-1' }, 'should be a number of mebibytes'],
    [{ email: 'sales', domain: 'bob.example', password: 'short' }, 'The password is too weak'],
  ])('is not created: %j', async (args, reason) => {
    const before = [lookup('mailboxes/bob.example'), addresses(), addresses('eve')];
    expect(await refusal('Email::add_pop', { password, ...args })).toContain(reason);
    expect([lookup('mailboxes/bob.example'), addresses(), addresses('eve')]).toEqual(before);
  });

  // mkpasswd made these, of “an old password 7”.
  const HASHES = {
    'SHA-512':
      '$6$saltsaltsaltsalt$ZowLnLleWINy6HsTf0j8gWykuHO/NYPlj2hBRkNP2FBiBAWpUNEjlnBwLzFty/0KbeEX.iTMWAHQDaNlf.3s//',
    'SHA-256': '$5$rounds=6000$saltsaltsaltsalt$QiJTvbO8UtzLXgPOZ/tXIaLG0I/3T.2hviwiTuYP//0',
    yescrypt: '$y$j9T$abcdefghijklmnopqrst$6GWW4RDiDFPO0TqLcTeNm4x4Fi4wfjxAKtt02huhxAB',
    bcrypt: '$2y$05$abcdefghijklmnopqrstuuYKLaVtcfGiathk/mY6MciuDU59K/ZfG',
    'MD5, with a warning': '$1$saltsalt$I6mbag18m4Wn1H7lgZE7w0',
  };
  it.each(Object.entries(HASHES))('brings its password as a hash of %s', async (kind, hash) => {
    const args = { email: 'sales', password: '', password_hash: hash };
    const { errors, warnings } = await here.uapi('bob', 'Email::add_pop', args);
    expect([errors, warnings?.join()]).toEqual([
      null,
      kind.startsWith('MD5') ? expect.stringContaining('fast to guess') : undefined,
    ]);
    expect(logins()[1]).toMatchObject({ address: 'sales@bob.example', hash });
    const check = (tried: string) =>
      email('Email::verify_password', { email: 'sales@bob.example', password: tried });
    expect([await check('an old password 7'), await check('an old password 8')]).toEqual([1, 0]);
    expect(JSON.stringify(here.audit())).not.toContain(hash.slice(-20));
  });

  const { 'SHA-512': good, bcrypt } = HASHES;
  it.each<[string, Record<string, string>, string]>([
    ['beside a password', { password, password_hash: good }, 'Use exactly one of'],
    ['and no password', {}, 'Use exactly one of'],
    ['with a further field', { password_hash: `${good}:0` }, 'a whole hash in a form of crypt(5)'],
    ['with a line break', { password_hash: `${good}\nroot:${good}` }, 'password_hash'],
    ['that ends with a line break', { password_hash: `${good}\n` }, 'password_hash'],
    ['that is cut', { password_hash: good.slice(0, -1) }, 'a whole hash in a form of crypt(5)'],
    ['of another scheme', { password_hash: '{PLAIN}secret' }, 'a whole hash in a form of crypt(5)'],
    ['that is locked', { password_hash: `!${good}` }, 'a whole hash in a form of crypt(5)'],
    ['of DES', { password_hash: 'aaJVNGKuCzR2k' }, 'a whole hash in a form of crypt(5)'],
    [
      'that takes a minute',
      { password_hash: good.replace('$6$', '$6$rounds=99999999$') },
      'at most 999,999 rounds',
    ],
    ['of bcrypt that takes a minute', { password_hash: bcrypt.replace('$05$', '$20$') }, 'the cost 13'],
  ])('is not created with a hash %s', async (_what, args, reason) => {
    const answer = await refusal('Email::add_pop', { email: 'sales', ...args });
    expect(answer).toContain(reason);
    const secret = /[^$]+$/.exec(args.password_hash?.trim() ?? '')?.[0] ?? 'no secret';
    expect(JSON.stringify([answer, here.audit()])).not.toContain(secret);
    expect(addresses()).toEqual(['bob']);
  });

  it('needs room in the package', async () => {
    await here.call('modifyacct', { user: 'bob', MAXPOP: '1', MAX_EMAILACCT_QUOTA: '100' });
    expect(await refusal('Email::add_pop', { email: 'big', password, quota: '101' })).toContain(
      'at most 100 MiB',
    );
    await addBox('sales');
    expect(await email('Email::get_pop_quota', { email: 'sales' })).toBe(100);
    expect(await refusal('Email::add_pop', { email: 'second', password })).toContain(
      'may have 1 mailboxes, and has 1',
    );
    expect(await refusal('Email::add_pop', { email: 'sales', password })).toContain('already exists');
  });

  it('follows the life of its account', async () => {
    await addBox('sales');
    await email('Email::add_forwarder', {
      domain: 'bob.example',
      email: 'info',
      fwdopt: 'fwd',
      fwdemail: 'sales@bob.example',
    });
    await here.call('suspendacct', { user: 'bob' });
    expect(logins().map(({ can_log_in: can }) => can)).toEqual([0, 0]);
    expect(lookup('accounts/bob')).toBe('outgoing: suspended\nspam: 50\n');
    await here.call('unsuspendacct', { user: 'bob' });
    expect(logins().map(({ can_log_in: can }) => can)).toEqual([1, 1]);

    await here.call('modifyacct', {
      user: 'bob',
      newuser: 'robert',
      domain: 'robert.example',
      MAX_EMAIL_PER_HOUR: '30',
    });
    expect(addresses('bob')).toEqual([]);
    expect(logins('robert')).toMatchObject([
      { address: 'robert', maildir: '/home/robert/mail' },
      // The mail stays where it is.
      { address: 'sales@robert.example', maildir: '/home/robert/mail/bob.example/sales' },
    ]);
    expect(lookup('aliases/robert.example')).toBe('info: sales@robert.example\n*: robert\n');
    expect(lookup('domains/robert.example')).toBe('owner: robert\n');
    expect(lookup('accounts/robert')).toBe('outgoing: open\nlimit: 30\nspam: 50\n');
    for (const name of [
      'aliases/bob.example',
      'mailboxes/bob.example',
      'domains/bob.example',
      'accounts/bob',
    ])
      expect([name, lookup(name)]).toEqual([name, undefined]);
    expect(await email('Email::list_pops', { skip_main: '1' }, 'robert')).toMatchObject([
      { email: 'sales@robert.example' },
    ]);

    await here.call('removeacct', { username: 'robert' });
    expect(addresses('robert')).toEqual([]);
    expect(lookup('mailboxes/robert.example')).toBeUndefined();
    await here.call('createacct', { username: 'robert', domain: 'robert.example', password });
    expect(await email('Email::list_pops', { skip_main: '1' }, 'robert')).toEqual([]);
  });

  it('goes with its domain', async () => {
    const subdomain = { domain: 'shop', rootdomain: 'bob.example' };
    expect((await here.uapi('bob', 'SubDomain::addsubdomain', subdomain)).errors).toBeNull();
    expect(lookup('aliases/shop.bob.example')).toBe('*: bob\n');
    await email('Email::add_pop', { email: 'orders@shop.bob.example', password });
    expect(addresses()).toEqual(['bob', 'orders@shop.bob.example']);
    await here.call('delete_domain', { domain: 'shop.bob.example' });
    expect(lookup('aliases/shop.bob.example')).toBeUndefined();
    expect(addresses()).toEqual(['bob']);
    expect(await email('Email::count_pops')).toBe(0);
  });
});

describe('an addon domain', () => {
  const addon = { newdomain: 'shop.example', subdomain: 'shop', dir: 'public_html/shop' };
  beforeEach(async () => {
    await here.call('modifyacct', { user: 'bob', MAXADDON: 'unlimited' });
    expect((await here.uapi('bob', 'AddonDomain::addaddondomain', addon)).errors).toBeNull();
  });

  const convert = (more: Record<string, string> = {}) =>
    here.call('convert_addon_initiate_conversion', {
      ...{ domain: 'shop.example', username: 'shop', wait: '1', ...more },
    });

  it('takes its mail along to an account of its own, which has it from then on', async () => {
    const place = { email: 'a', domain: 'shop.example' };
    await email('Email::add_pop', { ...place, password, quota: '7' });
    await email('Email::add_pop', { email: 'b', domain: 'shop.example', password });
    await email('Email::suspend_login', { email: 'b@shop.example' });
    await email('Email::add_forwarder', { ...place, fwdopt: 'fwd', fwdemail: 'ann@world.example' });
    await email('Email::add_forwarder', { email: 'me', domain: 'shop.example', fwdopt: 'system' });
    await email('Email::set_default_address', { domain: 'shop.example', fwdopt: 'blackhole' });
    const reply = { from: 'A', subject: 'Away', body: 'Later.', interval: '24', is_html: '0' };
    await email('Email::add_auto_responder', { ...place, ...reply, start: '0', stop: '0' });
    const filter = { part1: '$header_subject:', match1: 'is', val1: 'y', action1: 'finish' };
    await email('Email::store_filter', { ...filter, filtername: 'own', account: 'a@shop.example' });
    await email('Email::store_filter', { ...filter, filtername: 'of all' });
    await addBox('stays');
    const box = 'home/bob/mail/shop.example/a';
    for (const folder of ['cur', 'new', '.Sent/cur'])
      mkdirSync(inRoot(`${box}/${folder}`), { recursive: true });
    writeFileSync(inRoot(`${box}/cur/1:2,S`), 'read', { mode: 0o600 });
    writeFileSync(inRoot(`${box}/.Sent/cur/2:2,S`), 'sent');
    writeFileSync(inRoot(`${box}/dovecot-uidlist`), '3 V1 N3\n');
    mkdirSync(inRoot('home/bob/etc/shop.example/a/sieve'), { recursive: true });
    writeFileSync(inRoot('home/bob/etc/shop.example/a/sieve/own.sieve'), 'keep;');
    symlinkSync('sieve/own.sieve', inRoot('home/bob/etc/shop.example/a/.dovecot.sieve'));
    // Links of the user lead nowhere else.
    writeFileSync(inRoot('home/eve/secret'), 'secret');
    symlinkSync('/home/eve/secret', inRoot(`${box}/cur/3:2,S`));
    symlinkSync('/home/eve', inRoot(`${box}/.Eve`));
    const [former] = logins().filter(({ address }) => address === 'a@shop.example');
    const details = (await here.call('convert_addon_fetch_domain_details', { domain: 'shop.example' })).data;
    expect(details).toMatchObject({
      ...{ number_of_email_accounts: 2, number_of_email_forwarders: 2, number_of_autoresponders: 1 },
      number_of_domain_forwarders: 0,
    });

    const { metadata } = await convert();
    const told = [...(metadata.output?.messages ?? []), ...(metadata.output?.warnings ?? [])].join('\n');
    expect([metadata.reason, told]).toEqual(['OK', expect.stringContaining('Moved: 2 mailboxes') as string]);
    expect(told).toContain('Mail not copied: 2 files');
    expect(told).not.toContain('are removed');
    expect(lookup('domains/shop.example')).toBe('owner: shop\n');
    expect(lookup('aliases/shop.example')).toBe(
      'a: a@shop.example, ann@world.example\nme: shop\n*: :blackhole:\n',
    );
    expect(lookup('mailboxes/shop.example')).toBe('a:\nb:\n');
    expect(lookup('moving/shop.example')).toBeUndefined();
    expect([addresses(), addresses('shop')]).toEqual([
      ['bob', 'stays@bob.example'],
      ['a@shop.example', 'b@shop.example', 'shop'],
    ]);
    expect(logins('shop')[0]).toMatchObject({
      ...{ hash: former?.hash, quota: 7 * 2 ** 20, maildir: '/home/shop/mail/shop.example/a', can_log_in: 1 },
    });
    expect(logins('shop')[1]).toMatchObject({ can_log_in: 0 });
    const moved = 'home/shop/mail/shop.example/a';
    expect(readFileSync(inRoot(`${moved}/cur/1:2,S`), 'utf8')).toBe('read');
    expect(statSync(inRoot(`${moved}/cur/1:2,S`)).mode & 0o777).toBe(0o600);
    expect(readFileSync(inRoot(`${moved}/.Sent/cur/2:2,S`), 'utf8')).toBe('sent');
    expect(readFileSync(inRoot(`${moved}/dovecot-uidlist`), 'utf8')).toBe('3 V1 N3\n');
    expect(readdirSync(inRoot(`${moved}/cur`))).toEqual(['1:2,S']);
    expect(existsSync(inRoot(`${moved}/.Eve`))).toBe(false);
    expect(readlinkSync(inRoot('home/shop/etc/shop.example/a/.dovecot.sieve'))).toBe('sieve/own.sieve');
    expect(readFileSync(inRoot(`${box}/cur/1:2,S`), 'utf8')).toBe('read');
    const scripts = ['a', 'b'].map((name) => inRoot(`home/shop/etc/shop.example/${name}/whmapi1.sieve`));
    expect(readFileSync(scripts[0] ?? '', 'utf8')).toMatch(/Later\.[^]*# own/);
    expect(readFileSync(scripts[0] ?? '', 'utf8')).not.toContain('of all');
    expect(existsSync(scripts[1] ?? '')).toBe(false);
    const own = async (name: string, args = {}) => JSON.stringify(await email(name, args, 'shop'));
    expect(await own('Email::list_filters', { account: 'a@shop.example' })).toContain('own');
    expect(await own('Email::list_forwarders', { domain: 'shop.example' })).toContain('ann@world.example');
    expect(await own('Email::list_auto_responders', { domain: 'shop.example' })).toContain('Away');
    expect(await own('Email::list_default_address')).toContain(':blackhole:');
    expect(JSON.stringify(await email('Email::list_filters'))).toContain('of all');
    expect(await email('Email::count_forwarders')).toBe(0);
  });

  it('stays where it is if its mail cannot follow', async () => {
    for (const box of ['a', 'b'])
      await email('Email::add_pop', { email: box, domain: 'shop.example', password });
    await here.call('addpkg', { name: 'small', maxpop: '1' });
    expect((await convert({ pkgname: 'small' })).metadata.reason).toContain(
      'may have 1 mailboxes, and the domain has 2',
    );
    await email('Email::add_pop', { email: 'c', domain: 'shop.bob.example', password });
    expect((await convert()).metadata.reason).toContain('“shop.bob.example” has mailboxes (1)');
    await email('Email::delete_pop', { email: 'c@shop.bob.example' });
    // A step after those of mail: somebody has edited a file.
    const web = inRoot('etc/apache2/whmapi1/accounts/bob.conf');
    const text = readFileSync(web, 'utf8');
    const before = [logins(), lookup('mailboxes/shop.example'), lookup('domains/shop.example')];
    writeFileSync(web, `${text}# edited\n`);
    expect((await convert()).metadata.result).toBe(0);
    writeFileSync(web, text);
    expect([logins(), lookup('mailboxes/shop.example'), lookup('domains/shop.example')]).toEqual(before);
    expect([lookup('moving/shop.example'), existsSync(inRoot('home/shop'))]).toEqual([undefined, false]);
    expect((await convert()).metadata.reason).toBe('OK');
  });

  it('that is removed is told to lose its mailboxes', async () => {
    await email('Email::add_pop', { email: 'a@shop.example', password });
    const { metadata } = await here.call('delete_domain', { domain: 'shop.example' });
    expect(metadata.output?.messages?.join(' ')).toContain('These mailboxes are removed: a@shop.example.');
    expect(addresses()).toEqual(['bob']);
  });
});

describe('a forwarder', () => {
  const forward = (address: string, fwdemail: string) =>
    email('Email::add_forwarder', { domain: 'bob.example', email: address, fwdopt: 'fwd', fwdemail });

  it('adds a destination, and a mailbox of the name still gets its mail', async () => {
    expect(await forward('info', 'ann@example.org')).toEqual([
      { domain: 'bob.example', email: 'info@bob.example', forward: 'ann@example.org' },
    ]);
    await forward('info@bob.example', 'cid@example.org, bob');
    expect(lookup('aliases/bob.example')).toBe('info: ann@example.org, bob, cid@example.org\n*: bob\n');
    await addBox('info');
    expect(lookup('aliases/bob.example')).toBe(
      'info: info@bob.example, ann@example.org, bob, cid@example.org\n*: bob\n',
    );
    expect(await email('Email::list_forwarders', { domain: 'bob.example', regex: 'cid' })).toEqual([
      {
        ...{ dest: 'info@bob.example', forward: 'cid@example.org' },
        ...{ html_dest: 'info@bob.example', html_forward: 'cid@example.org' },
        ...{ uri_dest: 'info%40bob.example', uri_forward: 'cid%40example.org' },
      },
    ]);
    expect(await email('Email::count_forwarders')).toBe(3);
    await email('Email::delete_forwarder', { address: 'info@bob.example', forwarder: 'ann@example.org' });
    await email('Email::delete_pop', { email: 'info@bob.example' });
    expect(lookup('aliases/bob.example')).toBe('info: bob, cid@example.org\n*: bob\n');
    expect(
      await refusal('Email::delete_forwarder', { address: 'info@bob.example', forwarder: 'ann@example.org' }),
    ).toContain('is not forwarded to “ann@example.org”');
  });

  it.each([
    '|/bin/sh@example.org',
    '"|id"@example.org',
    '/tmp/file',
    ':include:/etc/passwd',
    ':fail:@example.org',
    '#a@example.org',
    'a@[192.0.2.1]',
    'a@example.org\nroot: x@example.org',
    'eve',
    '',
    'a@b@example.org',
    '../../etc/passwd@example.org',
  ])('does not lead to %j', async (fwdemail) => {
    const args = { domain: 'bob.example', email: 'info', fwdopt: 'fwd', fwdemail };
    await refusal('Email::add_forwarder', args);
    await refusal('Email::set_default_address', { domain: 'bob.example', fwdopt: 'fwd', fwdemail });
    expect(lookup('aliases/bob.example')).toBe('*: bob\n');
  });

  it('can refuse or discard mail, and then nothing else', async () => {
    await email('Email::add_forwarder', {
      domain: 'bob.example',
      email: 'old',
      fwdopt: 'fail',
      failmsgs: 'Gone, for good',
    });
    expect(lookup('aliases/bob.example')).toBe('old: :fail: Gone, for good\n*: bob\n');
    const more = { domain: 'bob.example', email: 'old', fwdopt: 'fwd', fwdemail: 'ann@example.org' };
    expect(await refusal('Email::add_forwarder', more)).toContain('at the same time');
    const injected = {
      domain: 'bob.example',
      email: 'x',
      fwdopt: 'fail',
      failmsgs: 'no\nroot: ann@example.org',
    };
    await refusal('Email::add_forwarder', injected);
    expect(
      await refusal('Email::add_forwarder', {
        domain: 'bob.example',
        email: 'x',
        fwdopt: 'pipe',
        pipefwd: '/bin/sh',
      }),
    ).toContain('not forwarded to programs');
    expect(lookup('aliases/bob.example')).toBe('old: :fail: Gone, for good\n*: bob\n');
  });

  it('of a domain, and the default address', async () => {
    await email('Email::add_domain_forwarder', { domain: 'bob.example', destdomain: 'example.org' });
    expect(lookup('domains/bob.example')).toBe('owner: bob\nforward: example.org\n');
    expect(await email('Email::list_domain_forwarders')).toEqual([
      { dest: 'bob.example', forward: 'example.org' },
    ]);
    await email('Email::delete_domain_forwarder', { domain: 'bob.example' });
    expect(lookup('domains/bob.example')).toBe('owner: bob\n');
    expect(await email('Email::list_default_address')).toEqual([
      { defaultaddress: 'bob', domain: 'bob.example' },
    ]);
    await email('Email::set_default_address', {
      domain: 'bob.example',
      fwdopt: 'fail',
      failmsgs: 'Nobody here',
    });
    expect(lookup('aliases/bob.example')).toBe('*: :fail: Nobody here\n');
    expect(
      await refusal('Email::add_domain_forwarder', { domain: 'eve.example', destdomain: 'example.org' }),
    ).toContain('a domain of the account');
  });

  it('starts with the default that the server has for new domains', async () => {
    await here.call('set_tweaksetting', { key: 'defaultmailaction', value: 'fail' });
    await here.call('createacct', { username: 'carl', domain: 'carl.example', password });
    expect(lookup('aliases/carl.example')).toBe('*: :fail: No Such User Here\n');
    expect(lookup('aliases/bob.example')).toBe('*: bob\n');
    expect(await email('Email::list_default_address', {}, 'carl')).toEqual([
      { defaultaddress: ':fail: No Such User Here', domain: 'carl.example' },
    ]);
  });
});

describe('filters and automatic replies', () => {
  const script = (folder: string) => {
    const path = inRoot(`home/bob/etc/${folder}/whmapi1.sieve`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const filter = { filtername: 'shop', part1: '$header_subject:', match1: 'contains', val1: 'order' };
  const save = { action1: 'save', dest1: 'INBOX.Shop' };

  beforeEach(() => addBox('sales'));

  it('become a script of the mailbox, in which every value is quoted', async () => {
    const account = 'sales@bob.example';
    await email('Email::store_filter', { account, ...filter, ...save, val1: 'a"; discard; # \\ ${x}' });
    expect(script('bob.example/sales')).toContain(
      'if header :contains ["Subject"] "a\\"; discard; # \\\\ ${dollar}{x}" {\n  fileinto :create "INBOX.Shop";\n}',
    );
    await email('Email::store_filter', {
      ...{
        account,
        filtername: 'both',
        part1: '$header_from:',
        match1: 'does not begin',
        val1: '*x',
        opt1: 'and',
      },
      ...{ part2: '$message_body:', match2: 'matches', val2: 'a+', opt2: 'or', part3: '$h_X-Spam-Score:' },
      ...{
        match3: 'is above',
        val3: '5',
        action1: 'deliver',
        dest1: 'ann@example.org',
        action2: 'fail',
        dest2: 'no',
      },
    });
    expect(script('bob.example/sales')).toContain(
      'if anyof (allof (not header :matches ["From"] "\\\\*x*", body :text :regex "a+"), ' +
        'header :value "gt" :comparator "i;ascii-numeric" ["X-Spam-Score"] "5") {\n' +
        '  redirect "ann@example.org";\n  reject "no"; stop;\n}',
    );
    expect(await email('Email::get_filter', { account, filtername: 'both' })).toMatchObject({
      rules: [
        { number: 1, opt: 'and' },
        { number: 2, opt: 'or' },
        { number: 3, val: '5' },
      ],
      actions: [{ action: 'deliver' }, { action: 'fail', dest: 'no' }],
    });
    const names = async () =>
      ((await email('Email::list_filters', { account })) as { filtername: string; enabled: number }[]).map(
        (one) => [one.filtername, one.enabled],
      );
    await email('Email::reorder_filters', { mailbox: account, filter1: 'both' });
    await email('Email::disable_filter', { account, filtername: 'shop' });
    expect(await names()).toEqual([
      ['both', 1],
      ['shop', 0],
    ]);
    expect(script('bob.example/sales')).not.toContain('Shop');
    await email('Email::enable_filter', { account, filtername: 'shop' });
    await email('Email::delete_filter', { account, filtername: 'both' });
    expect(await names()).toEqual([['shop', 1]]);
    await email('Email::delete_filter', { account, filtername: 'shop' });
    expect(script('bob.example/sales')).toBeUndefined();
  });

  it('of the account are for all of its mailboxes', async () => {
    await email('Email::store_filter', { ...filter, ...save });
    expect(script('bob')).toContain('"INBOX.Shop"');
    expect(script('bob.example/sales')).toBe(script('bob'));
    expect(await email('Email::count_filters')).toBe(1);
  });

  it.each([
    [{ part1: '$h_X: $run{id}' }, '“part1” should be one of'],
    [{ match1: 'runs' }, '“match1” should be one of'],
    [{ match1: 'matches', val1: '(' }, 'regular expression'],
    [{ match1: 'is above', val1: 'x' }, 'a whole number'],
    [{ action1: 'pipe', dest1: '/bin/sh' }, 'not passed to programs'],
    [{ action1: 'deliver', dest1: '|id' }, 'an email address'],
    [{ action1: 'save', dest1: 'INBOX.../../x' }, 'a folder such as'],
    [{ account: 'eve@eve.example' }, 'a domain of the account'],
    [{ account: 'nobody@bob.example' }, 'There is no mailbox'],
  ])('are not stored: %j', async (args, reason) => {
    const given = { account: 'sales@bob.example', ...filter, ...save, ...args };
    expect(await refusal('Email::store_filter', given)).toContain(reason);
    expect(await email('Email::count_filters')).toBe(0);
    expect(script('bob.example/sales')).toBeUndefined();
  });

  it('replies are sent in the mailbox’s name', async () => {
    const reply = {
      ...{ email: 'sales', domain: 'bob.example', from: 'Sales "1"', subject: 'Re: %subject%' },
      ...{ body: 'Away.\n.\n${x} "y"', interval: '8', is_html: '0', start: '1772366410', stop: '0' },
    };
    await email('Email::add_auto_responder', reply);
    expect(script('bob.example/sales')).toContain(
      'if allof (string :is "${rejected}" "", currentdate :value "ge" "iso8601" "2026-03-01T12:00:10+00:00") {\n' +
        '  vacation :seconds 28800 :subject "Re: ${subject}" :from "\\"Sales \\\\\\"1\\\\\\"\\" <sales@bob.example>" ' +
        '"Away.\n.\n${dollar}{x} \\"y\\"";\n}',
    );
    expect(await email('Email::get_auto_responder', { email: 'sales@bob.example' })).toMatchObject({
      ...{ from: 'Sales "1"', body: reply.body, interval: 8, start: 1_772_366_410, charset: 'utf-8' },
    });
    expect(await email('Email::list_auto_responders', { domain: 'bob.example' })).toEqual([
      { email: 'sales@bob.example', subject: 'Re: %subject%' },
    ]);
    expect(await refusal('Email::add_auto_responder', { ...reply, stop: '1' })).toContain(
      'later than “start”',
    );
    expect(await refusal('Email::add_auto_responder', { ...reply, email: 'none' })).toContain(
      'There is no mailbox',
    );
    await refusal('Email::add_auto_responder', { ...reply, subject: 'a\nBcc: x@example.org' });
    await email('Email::delete_auto_responder', { email: 'sales@bob.example' });
    expect(script('bob.example/sales')).toBeUndefined();
  });
});

it('the disk usage is what Dovecot has counted', async () => {
  await addBox('sales', { quota: '1' });
  mkdirSync(inRoot('home/bob/mail/bob.example/sales'), { recursive: true });
  writeFileSync(inRoot('home/bob/mail/bob.example/sales/maildirsize'), '1048576S\n500000 2\n24288 1\n-1 x\n');
  expect(await email('Email::list_pops_with_disk', { domain: 'bob.example' })).toMatchObject([
    {
      ...{ email: 'sales@bob.example', user: 'sales', _diskused: 524_288, diskused: 0.5, diskquota: 1 },
      ...{ _diskquota: 1_048_576, diskusedpercent: 50, diskusedpercent20: 60, has_suspended: 0 },
    },
  ]);
  expect(await email('Email::get_disk_usage', { domain: 'bob.example', user: 'sales' })).toMatchObject({
    diskused: 0.5,
  });
  expect(await email('Email::get_main_account_disk_usage_bytes')).toBe(0);
});

it('says whether the tracking of mail is up to date', async () => {
  const log = inRoot('var/log/exim4/mainlog');
  const status = () => email('Email::stats_db_status');
  expect(await status()).toBe('active');
  mkdirSync(inRoot('var/log/exim4'), { recursive: true });
  const line = '2026-03-01 12:00:00.123 [77] 1wPx4v-000000001Zt-3YJV Completed\n';
  writeFileSync(log, line.repeat(100));
  expect(await status()).toBe('active');
  writeFileSync(log, line.repeat(140_000));
  expect(await status()).toBe('importing');
  expect((await here.call('emailtrack_stats')).metadata.result).toBe(1);
  expect(await status()).toBe('active');
});

it('what an account may have, and its names', async () => {
  const defaults = async () => [
    await email('Email::get_default_email_quota'),
    await email('Email::get_default_email_quota_mib'),
  ];
  expect(await defaults()).toEqual([1_073_741_824, 1024]);
  const quota = { key: 'email_account_quota_userdefined_default_value', value: '700' };
  await here.call('set_tweaksetting', quota);
  expect(await defaults()).toEqual([700 * 2 ** 20, 700]);
  expect(await email('Email::get_max_email_quota')).toBe(4_503_599_627_370_496);
  expect(await email('Email::get_max_email_quota_mib')).toBe(4_294_967_296);
  await here.call('modifyacct', { user: 'bob', MAX_EMAILACCT_QUOTA: '300' });
  expect(await email('Email::get_default_email_quota_mib')).toBe(300);
  expect(await email('Email::get_max_email_quota')).toBe(300 * 2 ** 20);
  expect(await email('Email::get_max_email_quota_mib')).toBe(300);
  expect(await email('Email::list_mail_domains', { add_www: '1', select: 'bob.example' })).toEqual([
    { domain: 'bob.example', select: 1 },
    { domain: 'www.bob.example' },
  ]);
  expect(await email('Email::account_name', { account: 'sales@bob.example' })).toBe('sales@bob.example');
  expect(await email('Email::account_name')).toBe('All Mail On Your Account');
  expect(await email('Email::has_plaintext_authentication')).toBe(0);
  expect(await email('Email::count_auto_responders')).toBe(0);
  expect(await email('Email::get_main_account_disk_usage')).toBe('0 bytes');
  await addBox('sales');
  await email('Email::hold_outgoing', { email: 'sales@bob.example' });
  await email('Email::release_outgoing', { email: 'sales@bob.example' });
  expect(lookup('mailboxes/bob.example')).toBe('sales:\n');
});

it('counts the held messages of mailboxes', async () => {
  await addBox('sales');
  await addBox('shop');
  const hold = (address: string, ...ids: readonly string[]) => {
    const folder = inRoot(`var/spool/exim4/${heldQueue('bob', address)}/input`);
    mkdirSync(folder, { recursive: true });
    for (const id of ids) for (const kind of ['H', 'D']) writeFileSync(join(folder, `${id}-${kind}`), '');
  };
  hold('sales@bob.example', '1vQ1oA-00000001abc-1xyz', '1vQ1oB-00000001abc-1xyz');
  hold('shop@bob.example', '1vQ1oC-00000001abc-1xyz');
  expect(await email('Email::get_held_message_count')).toBe(3);
  expect(await email('Email::get_held_message_count', { email: 'sales@bob.example' })).toBe(2);
  expect(await email('Email::get_held_message_count', { email: 'nobody@bob.example' })).toBe(0);
  expect(await email('Email::delete_held_messages', { email: 'nobody@bob.example' })).toBe(0);
  const foreign = await here.uapi('bob', 'Email::delete_held_messages', { email: 'sales@eve.example' });
  expect(foreign.errors).toEqual([
    'The parameter “email” should be a domain of the account, not “eve.example”.',
  ]);
});

it('sends the settings of a mailbox, ten times an hour', async () => {
  await addBox('sales');
  const send = (to = 'ann@world.example', account = 'sales@bob.example') =>
    here.uapi('bob', 'Email::dispatch_client_settings', { account, to });
  expect((await send()).errors).toBeNull();
  await runTasks(here, 'send-client-settings');
  const [name = ''] = readdirSync(join(here.state, 'sandbox-mail'));
  const mail = readFileSync(join(here.state, 'sandbox-mail', name), 'utf8');
  expect(mail).toContain('To: ann@world.example');
  expect(mail).toContain('Login: sales@bob.example');
  expect(mail).toMatch(/IMAP: \S+, port 993, SSL\/TLS/);
  expect((await send('ann@world.example\nBcc: x@y.example')).errors?.[0]).toContain('on one line');
  expect((await send('|id@world.example, x@y.example')).errors?.[0]).toContain('should be an email address');
  expect((await send(undefined, 'e@eve.example')).errors?.[0]).toContain('You do not have a mailbox');
  for (let times = 2; times <= 10; times += 1) expect((await send()).errors).toBeNull();
  expect((await send()).errors?.[0]).toContain('10 times within the last hour');
  here.time += 3_600_000;
  expect((await send()).errors).toBeNull();
  await here.call('suspend_outgoing_email', { user: 'bob' });
  expect((await send()).errors).toEqual(['Outgoing mail of this account is held or suspended.']);
});

it('says how webmail, texts and Exim’s ports are set', async () => {
  await addBox('sales');
  expect(await email('Email::get_webmail_settings', { account: 'sales@bob.example' })).toEqual({
    ...{ domain: 'bob.example', has_maildir: 1, user: 'sales@bob.example' },
  });
  expect(await email('Email::get_webmail_settings')).toMatchObject({ domain: 'bob.example', user: 'bob' });
  expect(await email('Email::get_charsets')).toEqual(['utf-8']);
  expect(await email('Email::fetch_charmaps')).toEqual([{ map: 'utf-8' }]);
  expect((await here.api2('bob', 'Email::fetchcharmaps', {})).data).toEqual([{ map: 'utf-8' }]);
  expect(await email('WebmailApps::list_webmail_apps')).toEqual([
    {
      ...{ id: 'roundcube', displayname: 'Roundcube', url: '/roundcube/' },
      icon: '/roundcube/skins/elastic/images/logo.svg',
    },
  ]);
  expect(await email('Chkservd::get_exim_ports')).toEqual({ ports: [25, 587] });
  expect(await email('Chkservd::get_exim_ports_ssl')).toEqual({ ports: [465] });
});

it('API 2 has the same under its older names', async () => {
  const data = async (name: string, args: Record<string, string>) =>
    (await here.api2('bob', name, args)).data;
  const box = { domain: 'bob.example', email: 'old' };
  expect(await data('Email::addpop', { ...box, password, quota: '10' })).toEqual([
    { result: 1, reason: 'OK' },
  ]);
  expect(await data('Email::addpop', { ...box, password })).toMatchObject([{ result: 0 }]);
  expect(await data('Email::listpopswithdisk', { domain: 'bob.example' })).toMatchObject([
    { login: 'old@bob.example', diskquota: 10 },
  ]);
  expect(await data('Email::editquota', { ...box, quota: '20' })).toMatchObject([{ result: 1 }]);
  expect(await data('Email::passwdpop', { ...box, password: `${password} new` })).toMatchObject([
    { result: 1 },
  ]);
  expect(
    await data('Email::addforward', { ...box, fwdopt: 'fwd', fwdemail: 'ann@example.org' }),
  ).toMatchObject([{ forward: 'ann@example.org' }]);
  expect(await data('Email::listforwards', { domain: 'bob.example' })).toMatchObject([
    { dest: 'old@bob.example' },
  ]);
  expect(
    await data('Email::setdefaultaddress', { domain: 'bob.example', fwdopt: 'blackhole' }),
  ).toMatchObject([{ dest: ':blackhole:' }]);
  expect(await data('Email::listdefaultaddresses', {})).toMatchObject([{ defaultaddress: ':blackhole:' }]);
  expect(await data('Email::listdomainforwards', {})).toEqual([]);
  expect(await data('Email::listautoresponders', { domain: 'bob.example' })).toEqual([]);
  const filter = { filtername: 'x', part1: '$header_subject:', match1: 'is', val1: 'y', action1: 'finish' };
  expect(await data('Email::storefilter', filter)).toEqual([
    { ok: 1, error: 0, result: 'The filter is stored.', account: '' },
  ]);
  expect(await data('Email::filterlist', {})).toMatchObject([{ filtername: 'x' }]);
  expect(await data('Email::listmaildomains', {})).toEqual([{ domain: 'bob.example' }]);
  expect(await data('Email::listpopssingle', { skip_main: '1' })).toMatchObject([
    { email: 'old@bob.example' },
  ]);
  expect(await data('Email::delpop', box)).toMatchObject([{ result: 1 }]);
  expect(await data('Email::listpops', {})).toMatchObject([{ email: 'bob' }]);
});
