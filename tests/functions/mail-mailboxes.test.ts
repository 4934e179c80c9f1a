// The folders of mailboxes: which mailbox a call means, and which queries go to Dovecot. A sandbox runs no Dovecot.
import { readQuery } from '../../src/capabilities/mail/rules/mailbox-query.ts';
import { callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
const NO_DOVECOT = 'A sandbox runs no Dovecot';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'res', domain: 'res.example', password, reseller: '1' });
  await here.call('setacls', { reseller: 'res', 'acl-list-accts': '1', 'acl-suspend-acct': '1' });
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await here.uapi('bob', 'Email::add_pop', { email: 'sales', password });
});
afterAll(() => here.remove());

const reasonOf = async (name: string, args: Record<string, string>, user = 'root') => {
  const caller = user === 'root' ? {} : { as: await callerNamed(here, user) };
  const { metadata } = await here.call(name, args, caller);
  return metadata.result === 1 ? '' : metadata.reason;
};

test('list_pops_for', async () => {
  expect((await here.call('list_pops_for', { user: 'bob' })).data).toEqual({ pops: ['sales@bob.example'] });
  expect((await here.call('list_pops_for', { user: 'eve' })).data).toEqual({ pops: [] });
  expect(await reasonOf('list_pops_for', { user: 'bob' }, 'res')).toContain('You do not have access');
});

test('terminate_cpuser_mailbox_sessions', async () => {
  const steps = async (name: string, args: Record<string, string>) =>
    (await here.call(name, args, { dryRun: true })).metadata.output?.messages;
  expect(await steps('terminate_cpuser_mailbox_sessions', { username: 'bob' })).toEqual([
    'End sessions of mail: bob, *@bob.example.',
  ]);
  expect(await reasonOf('terminate_cpuser_mailbox_sessions', { username: 'bob' })).toBe('');
  expect(await reasonOf('terminate_cpuser_mailbox_sessions', { username: 'bob' }, 'res')).toContain(
    'You do not have access',
  );
});

describe('get_mailbox_status and get_mailbox_status_list', () => {
  it.each(['get_mailbox_status', 'get_mailbox_status_list'])(
    '%s asks Dovecot only about mailboxes that exist',
    async (name) => {
      for (const account of ['bob', 'sales@bob.example', 'SALES@bob.example'])
        expect(await reasonOf(name, { account })).toContain(NO_DOVECOT);
      for (const account of ['root', 'nobody', 'other@bob.example', '*@bob.example', '-A', '@bob.example'])
        expect(await reasonOf(name, { account })).toContain('You do not have a mailbox');
      expect(await reasonOf(name, { account: 'sales@bob.example' }, 'res')).toContain(
        'You do not have a mailbox',
      );
    },
  );
});

describe('expunge_mailbox_messages, expunge_messages_for_mailbox_guid', () => {
  const guid = '8f8c01a1b2c3d4e5f60718293a4b5c6d';

  it('names the mailbox and the query, and no more', async () => {
    const given = { account: 'sales@bob.example', query: 'all' };
    expect(await reasonOf('expunge_mailbox_messages', { ...given, mailbox: 'INBOX' })).toContain(NO_DOVECOT);
    expect(await reasonOf('expunge_messages_for_mailbox_guid', { ...given, mailbox_guid: guid })).toContain(
      NO_DOVECOT,
    );
    for (const mailbox of ['*', 'INBOX*', '%'])
      expect(await reasonOf('expunge_mailbox_messages', { ...given, mailbox })).toContain('name of a folder');
    expect(await reasonOf('expunge_messages_for_mailbox_guid', { ...given, mailbox_guid: '-A' })).toContain(
      'hexadecimal',
    );
    expect(await reasonOf('expunge_mailbox_messages', { ...given, mailbox: 'INBOX' }, 'res')).not.toContain(
      NO_DOVECOT,
    );
  });
});

describe('a query', () => {
  it('is words in parentheses, which no shell reads', () => {
    expect(readQuery('savedbefore 52w')).toEqual(['(', 'savedbefore', '52w', ')']);
    expect(readQuery('from "a b; rm -rf $HOME" (seen OR larger 10M)')).toEqual([
      ...['(', 'from', 'a b; rm -rf $HOME', '(', 'seen', 'OR', 'larger', '10M', ')', ')'],
    ]);
    expect(readQuery('-A')).toEqual(['(', '-A', ')']);
  });

  it.each([
    ['all ) OR ( all', 'parentheses'],
    ['(all', 'parentheses'],
    ['"all', 'quotation mark'],
    ['   ', 'all messages'],
    ['all OR mailbox Sent', 'MAILBOX'],
    ['MAILBOX-GUID 8f8c01a1b2c3d4e5f60718293a4b5c6d', 'MAILBOX'],
    ['all '.repeat(101), 'more than 100 words'],
  ])('%j is refused', (query, reason) => {
    expect(() => readQuery(query)).toThrow(reason);
  });
});
