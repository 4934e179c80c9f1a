// The spam filter of an account: what is stored, and the files by which Exim, Dovecot and SpamAssassin know it.
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

function read(path: string): string | undefined {
  const real = join(here.state, 'root', path);
  return existsSync(real) ? readFileSync(real, 'utf8') : undefined;
}
const exim = (name: string) => read(`etc/exim4/whmapi1/${name}`);
const script = (folder: string, user = 'bob') => read(`home/${user}/etc/${folder}/whmapi1.sieve`);
const preferences = (user: string) => read(`etc/spamassassin/whmapi1/${user}/user_prefs`);

async function works(name: string, args: Record<string, string | string[]> = {}, user = 'bob') {
  const answer = await here.uapi(user, name, args);
  expect([name, answer.errors]).toEqual([name, null]);
  return answer.data;
}
async function refusal(name: string, args: Record<string, string | string[]>): Promise<string> {
  const { status, errors } = await here.uapi('bob', name, args);
  expect([name, args, status]).toEqual([name, args, 0]);
  return String(errors?.[0]);
}

describe('the spam filter of an account', () => {
  it('is on for a new account, unless the caller does not want it', async () => {
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\n');
    expect(script('bob')).toBeUndefined();
    for (const [username, wish] of [
      ['carl', { spamassassin: '0' }],
      ['dora', { spambox: 'y' }],
    ] as const)
      await here.call('createacct', { username, domain: `${username}.example`, ...wish });
    expect(exim('accounts/carl')).toBe('outgoing: open\n');
    expect(await works('Email::get_spam_settings', {}, 'carl')).toMatchObject({ spam_enabled: 0 });
    expect(exim('accounts/dora')).toBe('outgoing: open\nspam: 50\n');
    expect(script('dora', 'dora')).toContain('if header :is "X-Spam-Flag" "YES" { fileinto');
    expect(await works('Email::get_spam_settings', {}, 'dora')).toMatchObject({
      ...{ spam_enabled: 1, spam_box_enabled: 1 },
    });
  });

  it('is switched on and off by modifyacct, also with a new name, and its settings stay', async () => {
    await works('Email::add_spam_filter', { required_score: '7.5' });
    const modify = async (args: Record<string, string>) => (await here.call('modifyacct', args)).metadata;
    expect(await modify({ user: 'bob', spamassassin: '0' })).toMatchObject({ result: 1 });
    expect(exim('accounts/bob')).toBe('outgoing: open\n');
    expect(await works('Email::get_spam_settings')).toMatchObject({ spam_enabled: 0, spam_auto_delete: 1 });
    await modify({ user: 'bob', spamassassin: '1', newuser: 'rob' });
    expect(exim('accounts/rob')).toBe('outgoing: open\nspam: 50\nspam-delete: 75\n');
    expect(await works('Email::get_spam_settings', {}, 'rob')).toMatchObject({ spam_enabled: 1 });
    await modify({ user: 'rob', MAXPOP: '3' });
    expect(exim('accounts/rob')).toContain('spam: 50\n');
  });

  it('is refused or warned about where there is none', async () => {
    const create = async (username: string, wish: Record<string, string>) =>
      (await here.call('createacct', { username, domain: `${username}.example`, ...wish })).metadata.output
        ?.warnings;
    expect(await create('carl', { spamassassin: '0', spambox: 'y' })).toContain(
      '“spambox” has no effect: “spamassassin” is 0.',
    );
    await here.call('set_tweaksetting', { key: 'skipspamassassin', value: '1' });
    const off = 'An administrator has switched off the spam filter for all accounts (skipspamassassin).';
    expect(await create('dora', { spamassassin: '1' })).toContain(`“spamassassin” has no effect: ${off}`);
    const modify = async (value: string) =>
      (await here.call('modifyacct', { user: 'carl', spamassassin: value })).metadata.reason;
    expect(await modify('1')).toBe(`The parameter “spamassassin” cannot be 1. ${off}`);
    await here.call('start_profile_activation', { code: 'DNSNODE' });
    await runTasks(here);
    expect(await modify('1')).toContain('activate a profile with the role SpamFilter');
  });

  it('is switched on and off, and its settings stay', async () => {
    await works('Email::add_spam_filter', { required_score: '7.5' });
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\nspam-delete: 75\n');
    await works('Email::disable_spam_assassin');
    expect(exim('accounts/bob')).toBe('outgoing: open\n');
    expect(await works('Email::get_spam_settings')).toEqual({
      ...{ rewrites_subjects: 0, spam_as_acl: 1, spam_status_changeable: 1, spam_enabled: 0 },
      ...{ spam_box_enabled: 0, spam_auto_delete: 1, spam_auto_delete_score: 7.5 },
    });
    expect(await works('Email::get_spam_settings', { account: 'bob' })).toMatchObject({
      ...{ cpuser_spam_auto_delete: 1, cpuser_spam_auto_delete_score: 7.5 },
    });
    await works('Email::enable_spam_assassin');
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\nspam-delete: 75\n');
    expect(await works('Email::disable_spam_autodelete')).toEqual({ spam_auto_delete: 0 });
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\n');
    expect(exim('accounts/eve')).toBe('outgoing: open\nspam: 50\n');
  });

  it('delivers spam to a folder, before replies and filters see it', async () => {
    await works('Email::add_pop', { email: 'sales', password });
    await works('Email::enable_spam_box');
    for (const folder of ['bob', 'bob.example/sales'])
      expect(script(folder)).toContain('"INBOX.spam"; stop;');
    const lines = { part1: '$header_subject:', match1: 'contains', val1: 'a', action1: 'finish' };
    await works('Email::store_filter', { filtername: 'first', ...lines });
    const text = script('bob.example/sales') ?? '';
    expect(text.indexOf('X-Spam-Flag')).toBeLessThan(text.indexOf('# first'));
    await works('Email::disable_spam_box');
    expect(script('bob')).not.toContain('X-Spam-Flag');
    expect(script('bob')).toContain('# first');
    // Without a filter there is no folder.
    await works('Email::enable_spam_box');
    await works('Email::disable_spam_assassin');
    expect(script('bob')).not.toContain('X-Spam-Flag');
  });

  it.each(['0', '-1', '1000', '5,5', 'x', '1e2', '0.04'])('deletes from no score %s', async (score) => {
    expect(await refusal('Email::add_spam_filter', { required_score: score })).toContain(
      'should be a number from 0.1 to 999',
    );
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\n');
  });

  it('is the same for all mailboxes', async () => {
    await works('Email::add_pop', { email: 'sales', password });
    const args = { account: 'sales@bob.example' };
    expect(await refusal('Email::add_spam_filter', args)).toContain('should be “bob”, or left out');
    expect(await works('Email::get_spam_settings', args)).toMatchObject({
      ...{ spam_auto_delete: 0, cpuser_spam_auto_delete: 0 },
    });
    const unknown = { account: 'none@bob.example' };
    expect(await refusal('Email::get_spam_settings', unknown)).toContain('no mailbox “none@bob.example”');
    const foreign = { account: 'sales@eve.example' };
    expect(await refusal('Email::get_spam_settings', foreign)).toContain('should be a domain of the account');
    expect(await works('Email::get_spam_settings', { account: 'bob' })).toMatchObject({ spam_enabled: 1 });
  });

  it('can be switched off for all accounts', async () => {
    await here.call('set_tweaksetting', { key: 'skipspamassassin', value: '1' });
    await here.call('set_tweaksetting', {
      key: 'acl_deny_spam_score_over_int',
      value: '150',
      module: 'Mail',
    });
    await runTasks(here, 'configure-spam-filter');
    expect(exim('spam/settings')).toBe('enabled: 0\nrefuse: 150\n');
    expect(await refusal('Email::enable_spam_assassin', {})).toContain('switched off SpamAssassin');
    expect(await works('Email::get_spam_settings')).toMatchObject({
      ...{ spam_enabled: 0, spam_status_changeable: 0 },
    });
    const variable = { name: 'disable_spamassassin' };
    expect(await works('Variables::get_server_information', variable)).toEqual({ disable_spamassassin: 1 });
    await here.call('set_tweaksetting', { key: 'skipspamassassin', value: '0' });
    expect(await works('Variables::get_server_information', variable)).toEqual({ disable_spamassassin: 0 });
    await runTasks(here, 'configure-spam-filter');
    expect(exim('spam/settings')).toBe('enabled: 1\nrefuse: 150\n');
  });

  it('needs the feature', async () => {
    const lists = { featurelist: 'bare', ...{ spamassassin: '0', spambox: '0' } };
    await here.call('create_featurelist', lists);
    await here.call('addpkg', { name: 'bare', featurelist: 'bare' });
    await here.call('changepackage', { user: 'bob', pkg: 'bare' });
    for (const name of [
      'Email::enable_spam_assassin',
      'Email::enable_spam_box',
      'SpamAssassin::clear_spam_box',
    ])
      expect(await refusal(name, {})).toMatch(/feature/);
  });
});

describe('the preferences of SpamAssassin', () => {
  it('are written for it, and never in the home', async () => {
    expect(await works('SpamAssassin::get_user_preferences')).toEqual({});
    const addresses = ['ann@example.org', '*@example.net'];
    await works('SpamAssassin::update_user_preference', { preference: 'whitelist_from', value: addresses });
    await works('SpamAssassin::update_user_preference', {
      ...{ preference: 'score', 'value-0': 'ACT_NOW_CAPS 5.0', 'value-1': 'BAYES_99 -1' },
    });
    const all = {
      whitelist_from: addresses,
      score: ['ACT_NOW_CAPS 5.0', 'BAYES_99 -1'],
      required_score: [4.5],
    };
    expect(
      await works('SpamAssassin::update_user_preference', { preference: 'required_score', value: '4.5' }),
    ).toEqual(all);
    expect(await works('SpamAssassin::get_user_preferences')).toEqual(all);
    expect(preferences('bob')?.split('\n').slice(1)).toEqual([
      'whitelist_from ann@example.org',
      'whitelist_from *@example.net',
      'score ACT_NOW_CAPS 5.0',
      'score BAYES_99 -1',
      'required_score 4.5',
      '',
    ]);
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 45\n');
    expect(preferences('eve')).toBeUndefined();
    expect(read('home/bob/.spamassassin')).toBeUndefined();
    // Without a value, an option is forgotten.
    for (const preference of ['whitelist_from', 'score', 'required_score'])
      await works('SpamAssassin::update_user_preference', { preference });
    expect(preferences('bob')).toBeUndefined();
    expect(exim('accounts/bob')).toBe('outgoing: open\nspam: 50\n');
  });

  it.each([
    ['header', 'MINE Subject =~ /(a+)+$/', 'should be one of required_score, score,'],
    ['allow_user_rules', '1', 'should be one of'],
    ['__proto__', '1', 'should be one of'],
    ['loadplugin', 'Evil /home/bob/evil.pm', 'should be one of'],
    ['whitelist_from', 'ann@example.org\nallow_user_rules 1', ''],
    ['whitelist_from', 'ann', 'should be an email address'],
    ['whitelist_from', '* # @x', 'should be an email address'],
    ['score', 'ACT_NOW_CAPS', 'should be the name of a test and its score'],
    ['score', 'ACT_NOW_CAPS 5 5', 'should be the name of a test and its score'],
    ['required_score', '0', 'should be a number from 0.1 to 999'],
    ['required_score', '-5', 'should be a number from 0.1 to 999'],
  ])('%s=%s is refused', async (preference, value, reason) => {
    expect(await refusal('SpamAssassin::update_user_preference', { preference, value })).toContain(reason);
    expect(preferences('bob')).toBeUndefined();
  });

  it('has each option a number of times at most', async () => {
    const value = ['4', '5'];
    expect(
      await refusal('SpamAssassin::update_user_preference', { preference: 'required_score', value }),
    ).toContain('can be set once');
    const many = Array.from({ length: 501 }, (_, at) => `a${at}@example.org`);
    expect(
      await refusal('SpamAssassin::update_user_preference', { preference: 'whitelist_from', value: many }),
    ).toContain('500 times');
  });

  it('follow the life of the account', async () => {
    await works('SpamAssassin::update_user_preference', { preference: 'required_score', value: '3' });
    await here.call('modifyacct', { user: 'bob', newuser: 'robert' });
    expect([preferences('bob'), preferences('robert')]).toEqual([undefined, expect.stringContaining('3')]);
    expect(exim('accounts/robert')).toContain('spam: 30\n');
    expect(await works('SpamAssassin::get_user_preferences', {}, 'robert')).toEqual({ required_score: [3] });
    await here.call('removeacct', { username: 'robert' });
    expect(preferences('robert')).toBeUndefined();
    await here.call('createacct', { username: 'robert', domain: 'bob.example', password });
    expect(await works('SpamAssassin::get_user_preferences', {}, 'robert')).toEqual({});
    expect(preferences('robert')).toBeUndefined();
  });

  it('and the tests are those of a SpamAssassin that runs', async () => {
    expect(await refusal('SpamAssassin::get_symbolic_test_names', {})).toContain(
      'A sandbox has no SpamAssassin',
    );
    expect(await refusal('SpamAssassin::clear_spam_box', {})).toContain('A sandbox runs no Dovecot');
  });
});
