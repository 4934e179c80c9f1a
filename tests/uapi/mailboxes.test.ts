// Mailboxes, and what Email says of sessions and mail programs. A sandbox runs no Dovecot.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
const NO_DOVECOT = 'A sandbox runs no Dovecot';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await here.uapi('bob', 'Email::add_pop', { email: 'sales', password });
});
afterAll(() => here.remove());

const sales = { account: 'sales@bob.example' };
const reasonOf = async (name: string, args: Record<string, string>, user = 'bob') =>
  (await here.uapi(user, name, args)).errors?.join(' ');

describe.each<[string, Record<string, string>]>([
  ['Mailboxes::get_mailbox_status_list', {}],
  ['Mailboxes::expunge_mailbox_messages', { mailbox: 'INBOX', query: 'all' }],
  [
    'Mailboxes::expunge_messages_for_mailbox_guid',
    { mailbox_guid: '8f8c01a1b2c3d4e5f60718293a4b5c6d', query: 'all' },
  ],
])('%s', (name, args) => {
  it('asks Dovecot about the account’s own mailboxes', async () => {
    expect(await reasonOf(name, { ...args, ...sales })).toContain(NO_DOVECOT);
    expect(await reasonOf(name, { ...args, account: 'bob' })).toContain(NO_DOVECOT);
  });

  it('knows no others', async () => {
    for (const account of ['sales@bob.example', 'bob', 'root', '-A', '*'])
      expect(await reasonOf(name, { ...args, account }, 'eve')).toContain('You do not have a mailbox');
    expect(await reasonOf(name, { ...args, account: 'none@bob.example' })).toContain(
      'You do not have a mailbox',
    );
  });
});

test('Email::terminate_mailbox_sessions', async () => {
  expect(await here.uapi('bob', 'Email::terminate_mailbox_sessions')).toMatchObject({
    status: 1,
    errors: null,
  });
});

test('Email::get_client_settings', async () => {
  const ask = (args: Record<string, string>, user = 'bob') =>
    here.uapi(user, 'Email::get_client_settings', args);
  expect((await ask({ account: 'sales@bob.example' })).data).toMatchObject({
    ...{ account: 'sales@bob.example', display: 'sales@bob.example', domain: 'bob.example' },
    ...{ inbox_host: 'server.example.com', inbox_port: 993, inbox_username: 'sales@bob.example' },
    ...{ smtp_host: 'server.example.com', smtp_port: 465, has_plaintext_authentication: 0 },
  });
  expect((await ask({})).data).toMatchObject({ account: 'bob', display: 'bob@bob.example' });
  expect((await ask({ account: 'sales@bob.example' }, 'eve')).errors).toEqual([
    expect.stringContaining('You do not have a mailbox'),
  ]);
});
