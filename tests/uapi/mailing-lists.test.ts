// Mailing lists of an account: what is stored, and the files by which Exim knows them. Mailman itself is in
// tests/machine/mailing-lists.test.ts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

function exim(domain: string): string | undefined {
  const path = join(here.state, 'root/etc/exim4/whmapi1/lists', domain);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
async function works(name: string, args: Record<string, string> = {}, user = 'bob'): Promise<unknown> {
  const answer = await here.uapi(user, name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
}
async function refusal(name: string, args: Record<string, string>, user = 'bob'): Promise<string> {
  const { status, errors } = await here.uapi(user, name, args);
  expect([name, args, status]).toEqual([name, args, 0]);
  return String(errors?.[0]);
}
const add = (list: string, more: Record<string, string> = {}) =>
  works('Email::add_list', { list, domain: 'bob.example', password, ...more });
const names = async (user = 'bob') =>
  ((await works('Email::list_lists', {}, user)) as { list: string }[]).map(({ list }) => list);

describe('mailing lists', () => {
  it('are created, listed, changed and removed', async () => {
    await add('news');
    await add('staff', { private: '1' });
    expect(exim('bob.example')).toBe('news:\nstaff:\n');
    expect(await works('Email::count_lists')).toBe(2);
    const staff = {
      ...{ list: 'staff@bob.example', listid: 'staff_bob.example', listadmin: 'bob', accesstype: 'private' },
      ...{ advertised: 0, archive_private: 1, subscribe_policy: 3, diskused: 0 },
    };
    expect(await works('Email::list_lists', { regex: 'staff' })).toEqual([expect.objectContaining(staff)]);
    expect(await works('Email::list_lists', { domain: 'bob.example' })).toHaveLength(2);
    expect((await here.api2('bob', 'Email::listlists', { regex: 'staff' })).data).toMatchObject([staff]);
    const privacy = { list: 'staff@bob.example', archive_private: '1' };
    await works('Email::set_list_privacy_options', { ...privacy, advertised: '1', subscribe_policy: '2' });
    expect(await works('Email::list_lists', { regex: 'staff' })).toEqual([
      expect.objectContaining({ accesstype: 'public', advertised: 1, subscribe_policy: 2 }),
    ]);
    await works('Email::passwd_list', { list: 'news', password: 'another horse battery staple 8' });
    await works('Email::delete_list', { list: 'news@bob.example' });
    expect(exim('bob.example')).toBe('staff:\n');
    await works('Email::delete_list', { list: 'staff' });
    expect(exim('bob.example')).toBeUndefined();
    expect(await works('Email::count_lists')).toBe(0);
  });

  it('never take the mail of another address, and no other address takes theirs', async () => {
    await works('Email::add_pop', { email: 'box', domain: 'bob.example', password });
    await works('Email::add_forwarder', {
      ...{ email: 'info-request', domain: 'bob.example', fwdopt: 'fwd', fwdemail: 'ann@world.example' },
    });
    const list = (name: string) =>
      refusal('Email::add_list', { list: name, domain: 'bob.example', password });
    expect(await list('box')).toContain('“box@bob.example”, which is a mailbox or a forwarder');
    expect(await list('info')).toContain('“info-request@bob.example”');
    expect(await list('x-owner')).toContain('cannot end with “-owner”');
    expect(await list('../x')).toContain('The parameter “email” should begin with a user name');
    await add('news');
    expect(await list('news')).toContain('already exists');
    for (const email of ['news', 'news-join', 'news-admin']) {
      expect(await refusal('Email::add_pop', { email, domain: 'bob.example', password })).toContain(
        `“${email}@bob.example” is an address of the mailing list “news@bob.example”`,
      );
      const to = { fwdopt: 'fwd', fwdemail: 'ann@world.example' };
      expect(await refusal('Email::add_forwarder', { email, domain: 'bob.example', ...to })).toContain(
        'is an address of the mailing list',
      );
    }
  });

  it('are off for all accounts with skipmailman, and there again without it', async () => {
    await add('news');
    const set = (value: string) => here.call('set_tweaksetting', { key: 'skipmailman', value });
    await set('1');
    const privacy = { advertised: '1', archive_private: '1', subscribe_policy: '1' };
    for (const [name, args] of [
      ['add_list', { list: 'more', domain: 'bob.example', password }],
      ['list_lists', {}],
      ['count_lists', {}],
      ['passwd_list', { list: 'news', password }],
      ['set_list_privacy_options', { list: 'news', ...privacy }],
      ['delete_list', { list: 'news' }],
    ] as const)
      expect(await refusal(`Email::${name}`, args)).toContain(
        'switched off mailing lists for all accounts (skipmailman)',
      );
    await set('0');
    expect(await names()).toEqual(['news@bob.example']);
  });

  it('belong to their account alone', async () => {
    await add('news');
    expect(await names('eve')).toEqual([]);
    for (const [name, more] of [
      ['delete_list', {}],
      ['passwd_list', { password }],
      ['set_list_privacy_options', { advertised: '1', archive_private: '1', subscribe_policy: '1' }],
    ] as const)
      expect(await refusal(`Email::${name}`, { list: 'news@bob.example', ...more }, 'eve')).toContain(
        'should be a domain of the account',
      );
    const others = { list: 'x', domain: 'bob.example', password };
    expect(await refusal('Email::add_list', others, 'eve')).toContain('should be a domain of the account');
    expect(await refusal('Email::delete_list', { list: 'none@bob.example' })).toContain(
      'There is no mailing list',
    );
    expect(await names()).toEqual(['news@bob.example']);
  });

  it('need a strong password of one line, the feature, and room in the package', async () => {
    const list = { list: 'news', domain: 'bob.example' };
    await here.call('setminimumpasswordstrengths', { list: '60' });
    expect(await refusal('Email::add_list', { ...list, password: 'bob' })).toContain('password');
    expect(await refusal('Email::add_list', { ...list, password: `${password}\nX: y` })).toContain(
      '“password”',
    );
    await here.call('modifyacct', { user: 'bob', MAXLST: '1' });
    await add('news');
    expect(await refusal('Email::add_list', { ...list, list: 'more', password })).toContain(
      'may have 1 mailing lists, and has 1',
    );
  });

  it('follow the life of their account', async () => {
    await add('news');
    await works('AddonDomain::addaddondomain', {
      newdomain: 'shop.example',
      subdomain: 'shop',
      dir: 'public_html/shop',
    });
    await works('Email::add_list', { list: 'buyers', domain: 'shop.example', password });
    // Mailman cannot rename a list.
    const { metadata } = await here.call('modifyacct', { user: 'bob', DNS: 'new.example' });
    expect(metadata).toMatchObject({ result: 0 });
    expect(metadata.reason).toContain('cannot be renamed, because it has mailing lists: news@bob.example');
    expect((await here.call('modifyacct', { user: 'bob', newuser: 'robert' })).metadata.result).toBe(1);
    expect(await names('robert')).toEqual(['news@bob.example', 'buyers@shop.example']);
    await works(
      'AddonDomain::deladdondomain',
      { domain: 'shop.example', subdomain: 'shop.bob.example' },
      'robert',
    );
    expect(exim('shop.example')).toBeUndefined();
    expect(await names('robert')).toEqual(['news@bob.example']);
    expect((await here.call('removeacct', { username: 'robert' })).metadata.result).toBe(1);
    expect(exim('bob.example')).toBeUndefined();
  });

  it('are gone for Exim on a server without the role, and there again with it', async () => {
    await add('news');
    await here.call('start_profile_activation', { code: 'STANDARD' });
    await runTasks(here);
    expect(exim('bob.example')).toBeUndefined();
    expect(await works('Email::list_lists')).toHaveLength(1);
    expect(await works('Email::count_lists')).toBe(1);
    expect(await refusal('Email::passwd_list', { list: 'news@bob.example', password: 'x' })).toMatch(/role/i);
    await here.call('start_profile_activation', { code: 'STANDARD', optional: '{"MailingLists":1}' });
    await runTasks(here);
    expect(exim('bob.example')).toBe('news:\n');
  });
});
