// What becomes of the address books of webmail when mailboxes and accounts are created, renamed and removed.
import { Installation } from '../../support/installation.ts';
import {
  changeFor,
  isFollowed,
  isUpToDate,
  remember,
  rememberLogin,
} from '../../../src/capabilities/webmail/rules/webmail-users.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await works('createacct', { username: 'bob', domain: 'bob.example', password });
  await add('box');
  await add('other');
});
afterEach(() => here.remove());

async function works(name: string, values: Record<string, string>): Promise<void> {
  const { metadata } = await here.call(name, values);
  expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
  // Times of creation differ.
  here.time += 60_000;
}
async function email(name: string, values: Record<string, string>, user = 'bob'): Promise<void> {
  const { errors } = await here.uapi(user, `Email::${name}`, values);
  expect([name, errors]).toEqual([name, null]);
  here.time += 60_000;
}
const add = (name: string, domain = 'bob.example') => email('add_pop', { email: name, domain, password });
const read = <T>(work: (db: Parameters<typeof isUpToDate>[0]) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
/** Roundcube has rows of these. */
const use = (...logins: string[]) =>
  read(async (db) => {
    for (const login of logins) await rememberLogin(db, login);
  });
const change = (...logins: string[]) => read((db) => changeFor(db, logins));
const upToDate = () => read(isUpToDate);
const NOTHING = { removed: [], renamed: [] };

test('nothing changes while mailboxes get passwords and limits', async () => {
  await use('box@bob.example', 'bob');
  await email('passwd_pop', { email: 'box', domain: 'bob.example', password: `${password}x` });
  await email('edit_pop_quota', { email: 'box', domain: 'bob.example', quota: '5' });
  expect([await upToDate(), await change('box@bob.example', 'bob')]).toEqual([true, NOTHING]);
});

test('a mailbox that is removed takes its rows along, also if there is another one of its name', async () => {
  await use('box@bob.example', 'other@bob.example');
  await email('delete_pop', { email: 'box', domain: 'bob.example' });
  expect(await upToDate()).toBe(false);
  const gone = { removed: ['box@bob.example'], renamed: [] };
  expect(await change('box@bob.example', 'other@bob.example')).toEqual(gone);
  await add('box');
  expect([await upToDate(), await read((db) => isFollowed(db, 'box@bob.example'))]).toEqual([false, false]);
  expect(await change('box@bob.example', 'other@bob.example')).toEqual(gone);
  await read((db) => remember(db, ['other@bob.example']));
  expect([await upToDate(), await read((db) => isFollowed(db, 'box@bob.example'))]).toEqual([true, false]);
  await use('box@bob.example');
  expect(await change('box@bob.example', 'other@bob.example')).toEqual(NOTHING);
});

test('an account that is removed takes all along, and the next owner of its names begins anew', async () => {
  await use('box@bob.example', 'bob');
  await works('removeacct', { username: 'bob' });
  await works('createacct', { username: 'bob', domain: 'bob.example', password });
  await add('box');
  const logins = ['box@bob.example', 'bob'];
  expect(await change(...logins)).toEqual({ removed: logins, renamed: [] });
});

test('rows follow a domain and a user with other names', async () => {
  await use('box@bob.example', 'bob');
  await works('modifyacct', { user: 'bob', newuser: 'rob', domain: 'rob.example' });
  expect(await upToDate()).toBe(false);
  expect(await change('box@bob.example', 'bob')).toEqual({
    removed: [],
    renamed: [
      {
        ...{ from: 'box@bob.example', to: 'box@rob.example' },
        ...{ oldAddress: 'box@bob.example', newAddress: 'box@rob.example' },
      },
      { from: 'bob', to: 'rob', oldAddress: 'bob@bob.example', newAddress: 'rob@rob.example' },
    ],
  });
  await read((db) => remember(db, ['box@rob.example', 'rob']));
  expect([await upToDate(), await change('box@rob.example', 'rob')]).toEqual([true, NOTHING]);
});

test('rows never go to a mailbox of another account that was created in the same moment', async () => {
  await works('createacct', { username: 'eve', domain: 'eve.example', password });
  for (const user of ['bob', 'eve']) {
    const moment = here.time;
    await email('add_pop', { email: 'same', domain: `${user}.example`, password }, user);
    here.time = moment;
  }
  await use('same@bob.example');
  await email('delete_pop', { email: 'same', domain: 'bob.example' });
  expect(await change('same@bob.example')).toEqual({ removed: ['same@bob.example'], renamed: [] });
});

test('rows of a version that stored no account with a mailbox stay with it', async () => {
  await use('box@bob.example');
  await read((db) =>
    db.run(`UPDATE webmail_user SET mailbox_key = rtrim(rtrim(mailbox_key, '0123456789'), ' ')`),
  );
  expect(await upToDate()).toBe(false);
  expect(await change('box@bob.example')).toEqual(NOTHING);
  await read((db) => remember(db, ['box@bob.example']));
  expect(await upToDate()).toBe(true);
});

test('a domain that is removed takes the rows of its mailboxes along', async () => {
  await works('create_parked_domain_for_user', {
    ...{ username: 'bob', domain: 'more.example', web_vhost_domain: 'bob.example' },
  });
  await add('box', 'more.example');
  await use('box@more.example', 'box@bob.example');
  await works('delete_domain', { domain: 'more.example' });
  expect(await change('box@more.example', 'box@bob.example')).toEqual({
    ...{ removed: ['box@more.example'], renamed: [] },
  });
});

test('rows that an earlier version has stored belong to the mailbox of their name, or to none', async () => {
  expect(await change('box@bob.example', 'gone@bob.example', 'nobody')).toEqual({
    ...{ removed: ['gone@bob.example', 'nobody'], renamed: [] },
  });
});
