// How accounts may send mail: hold_outgoing_email, release_outgoing_email, suspend_outgoing_email and
// unsuspend_outgoing_email. tests/machine/mail.test.ts has what Exim makes of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;

beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'rita', domain: 'rita.example', reseller: '1' });
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterAll(() => here.remove());

it('mail of an account is held, suspended and released by WHM', async () => {
  const state = () => readFileSync(join(here.state, 'root/etc/exim4/whmapi1/accounts/bob'), 'utf8');
  for (const [name, expected] of [
    ['hold_outgoing_email', 'held'],
    ['suspend_outgoing_email', 'suspended'],
    ['unsuspend_outgoing_email', 'open'],
    ['hold_outgoing_email', 'held'],
    ['release_outgoing_email', 'open'],
  ] as const) {
    expect((await here.call(name, { user: 'bob' })).metadata.result).toBe(1);
    expect([name, state()]).toEqual([name, `outgoing: ${expected}\nspam: 50\n`]);
    const { data } = await here.call('accountsummary', { user: 'bob' });
    expect(data).toMatchObject({
      acct: [
        {
          outgoing_mail_hold: expected === 'held' ? 1 : 0,
          outgoing_mail_suspended: expected === 'suspended' ? 1 : 0,
        },
      ],
    });
  }
  expect((await here.call('hold_outgoing_email', { user: 'root' })).metadata.result).toBe(0);
});

it('a reseller changes only its own accounts', async () => {
  const as = await callerNamed(here, 'rita');
  for (const name of ['hold_outgoing_email', 'unsuspend_outgoing_email']) {
    const { metadata } = await here.call(name, { user: 'bob' }, { as });
    expect([name, metadata.result, metadata.error_code]).toEqual([name, 0, 'denied']);
  }
});
