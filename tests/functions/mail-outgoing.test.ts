// How accounts may send mail: hold_outgoing_email, release_outgoing_email, suspend_outgoing_email and
// unsuspend_outgoing_email. tests/machine/mail.test.ts has what Exim makes of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

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

it('Exim reads the tweak settings for mail from a file, which follows each change', async () => {
  const set = async (key: string, value: string, module = 'Main') => {
    const { metadata } = await here.call('set_tweaksetting', { key, value, module });
    expect([key, metadata.reason, metadata.output?.warnings]).toEqual([key, 'OK', undefined]);
    await runTasks(here, 'configure-incoming-mail');
    return readFileSync(join(here.state, 'root/etc/exim4/whmapi1/server/settings'), 'utf8');
  };
  const usual = 'min-failures: 5\ncount-lists: 0\nlists-off: 0\nnobody-off: 1\n';
  const ofExim = 'dmarc: 1\nspamhaus: 0\nspamcop: 0\n';
  expect(await set('maxemailsperhour', '200')).toBe(`limit: 200\n${usual}${ofExim}`);
  expect(await set('email_send_limits_max_defer_fail_percentage', '30')).toBe(
    `limit: 200\nfailures: 30\n${usual}${ofExim}`,
  );
  for (const key of ['maxemailsperhour', 'email_send_limits_max_defer_fail_percentage']) await set(key, '0');
  expect(await set('email_send_limits_min_defer_fail_to_trigger_protection', '9')).toBe(
    `${usual.replace('5', '9')}${ofExim}`,
  );
  for (const [key, line] of [
    ['email_send_limits_count_mailman', 'count-lists: 1\n'],
    ['skipmailman', 'lists-off: 1\n'],
    ['nobodyspam', 'nobody-off: 0\n'],
  ] as const)
    expect(await set(key, key === 'nobodyspam' ? '0' : '1')).toContain(line);
  for (const [key, line] of [
    ['acl_dmarc', 'dmarc: 0\n'],
    ['acl_spamhaus_rbl', 'spamhaus: 1\n'],
    ['acl_spamcop_rbl', 'spamcop: 1\n'],
  ] as const)
    expect(await set(key, key === 'acl_dmarc' ? '0' : '1', 'Mail')).toContain(line);
});
