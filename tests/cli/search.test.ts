// Search finds functions by the everyday words for what they do.
import synonyms from '../../src/catalogue/synonyms.json';
import { absent } from '../../src/catalogue/absent.generated.ts';
import { families } from '../../src/catalogue/families.generated.ts';
import { find } from '../../src/search/ranking.ts';
import { loadSearchIndex } from '../../src/cli/search-index.ts';
import type { SearchIndex } from '../../src/search/index-options.ts';
import { index } from '../../src/functions/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
let searched: SearchIndex;
beforeAll(async () => {
  searched = await loadSearchIndex();
});
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

describe('the first result', () => {
  test.each([
    ['suspend', 'suspendacct'],
    ['unsuspend', 'unsuspendacct'],
    ['create account', 'createacct'],
    ['remove account', 'removeacct'],
    ['list accounts', 'listaccts'],
    ['password', 'passwd'],
    ['list resellers', 'listresellers'],
    ['add package', 'addpkg'],
    ['add cron job', 'cpapi2 Cron add_line'],
    ['mysql create database', 'uapi Mysql create_database'],
    ['upload file', 'uapi Fileman upload_files'],
  ])('for “%s” is %s', (wanted, name) => {
    expect(find(wanted, searched)[0]?.name).toBe(name);
  });

  test('for “two factor” are the functions whose names begin with it', () => {
    const isOfWhm = (name: string) => !name.includes(' ');
    const found = find('two factor', searched)
      .map(({ name }) => name)
      .filter(isOfWhm);
    const all = Object.keys(index).filter((name) => name.startsWith('twofactorauth_'));
    expect(found.slice(0, all.length).sort()).toEqual(all);
  });
});

test.each(['suspend', 'create account', 'two factor', 'unsuspend', 'lost phone'])(
  '“%s” does not list every function that contains one of the words',
  (wanted) => {
    const ofWhm = find(wanted, searched).filter(({ family }) => !/^(?:UAPI|cPanel API 2)$/.test(family));
    expect(ofWhm.length).toBeLessThanOrEqual(16);
  },
);

test('summaries begin in the same column', async () => {
  const { stdout } = await terminal.run('--search', 'two factor');
  const starts = stdout
    .trimEnd()
    .split('\n')
    .map((line) => /^\S+(?: \S+)* {2,}|^\S+(?: \S+)* (?=[A-Z])/.exec(line)?.[0].length);
  expect(new Set(starts).size).toBe(1);
});

describe('among the first three results', () => {
  test.each([
    ['create database', 'uapi Mysql create_database'],
    ['change password', 'uapi UserManager change_password'],
    ['set mime type', 'uapi Mime add_mime'],
    ['suspend mail', 'suspend_outgoing_email'],
    ['hold mail', 'hold_outgoing_email'],
    ['2fa', 'twofactorauth_enable_policy'],
    ['lost phone', 'twofactorauth_remove_user_config'],
    ['lost phone', 'twofactorauth_generate_recovery_codes'],
    ['i lost my phone', 'twofactorauth_remove_user_config'],
    ['ssl expiry', 'fetch_ssl_vhosts'],
    ['renew certificate', 'start_autossl_check_for_one_user'],
    ["let's encrypt", 'set_autossl_provider'],
    ['delete account', 'removeacct'],
    ['new account', 'createacct'],
    ['list accounts', 'listaccts'],
    ['suspend an account', 'suspendacct'],
    ['rename user', 'modifyacct'],
    ['change password', 'passwd'],
    ['how do I reset a password?', 'passwd'],
    ['block ip', 'create_cphulk_record'],
    ['unblock an ip', 'flush_cphulk_login_history_for_ips'],
    ['disk space', 'get_disk_usage'],
    ['bandwidth', 'limitbw'],
    ['api key', 'api_token_list'],
    ['login as user', 'create_user_session'],
    ['reverse dns', 'validate_current_ptrs'],
    ['delete zone', 'killdns'],
    ['add dns record', 'addzonerecord'],
    ['mx record', 'savemxs'],
    ['restart server', 'reboot'],
    ['upgrade mysql', 'start_background_mysql_upgrade'],
    ['restore backup', 'restoreaccount'],
    ['spam', 'save_spamd_config'],
    ['who am i', 'myprivs'],
    // A typo.
    ['certifcate', 'install_service_ssl_certificate'],
    // A parameter.
    ['tfa_token', 'twofactorauth_set_tfa_config'],
    ['contactemail', 'createacct'],
  ])('for “%s” is %s', (wanted, name) => {
    const found = find(wanted, searched).map((one) => one.name);
    expect(found.slice(0, 3)).toContain(name);
  });
});

test('every function is found first by its name', () => {
  for (const name of [...Object.keys(index), ...Object.keys(absent)]) {
    expect(find(name, searched)[0]?.name).toBe(name);
  }
});

test('every family is found by its name', () => {
  for (const { title } of Object.values(families)) {
    expect(find(title, searched).map(({ family }) => family)).toContain(title);
  }
});

test.each(Object.entries(synonyms))('“%s” finds functions, and so do its synonyms', (saying, others) => {
  for (const one of [saying, ...others]) expect([one, find(one, searched).length > 0]).toEqual([one, true]);
});

test.each(['zzz', '', ' ', 'the of', '?!', '🙂', 'x'.repeat(10_000)])('“%s” finds nothing', (wanted) => {
  expect(find(wanted, searched)).toEqual([]);
});

test('if no function contains all words, functions with some of them are found', () => {
  const found = find('zone zebra', searched).map(({ family }) => family);
  expect(found).toContain('DNS');
});

describe('--search', () => {
  test('prints one line for each, best first, with its family, and a mark if it is not provided', async () => {
    const { status, stdout, stderr } = await terminal.run('--search', 'backup destination');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe(
      'backup_destination_delete    Remove a destination of backups. (Backups; not provided)',
    );
    expect((await terminal.run('--search', 'lost phone')).stdout).toMatch(
      /^twofactorauth_remove_user_config +Remove the .*\. \(Authentication\)\n/,
    );
  });

  test('accepts the words as one or several arguments, anywhere on the line', async () => {
    const quoted = await terminal.run('--search', 'lost phone');
    for (const argv of [
      ['--search', 'lost', 'phone'],
      ['--search=lost', 'phone'],
      ['phone', '--search', 'lost'],
      ['--search', 'lost phone', '--output=json'],
    ]) {
      expect(await terminal.run(...argv)).toEqual(quoted);
    }
  });

  test('says how many more results there are', async () => {
    const { status, stdout, stderr } = await terminal.run('--search', 'account');
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(20);
    expect(stderr).toMatch(/^\d+ more fit, less well; more words narrow it down\.\n$/);
  });

  test('fails if there are no results', async () => {
    expect(await terminal.run('--search', 'zzz')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'whmapi1: no function matches “zzz”.\nwhmapi1 --help --all names all functions.\n',
    });
  });

  test('requires words', async () => {
    expect(await terminal.run('--search')).toMatchObject({ status: 2, stdout: '' });
  });

  test('colours names on a terminal, and nothing in a pipe', async () => {
    const { stdout } = await terminal.run('--search', '2fa', '--color=always');
    expect(stdout).toMatch(/^\u001b\[36mtwofactorauth_/);
    expect((await terminal.run('--search', '2fa')).stdout).not.toContain('\u001b');
  });
});

describe('--search for a tweak setting', () => {
  const lines = async (wanted: string) => (await terminal.run('--search', wanted)).stdout.split('\n');

  test('finds it first by its key, as the call that sets it', async () => {
    expect((await lines('chkservd_check_interval'))[0]).toMatch(
      /^set_tweaksetting key=chkservd_check_interval +The seconds between two checks .*\. \(Tweak Settings\)$/,
    );
  });

  test('finds it by its description, and says if it has no effect', async () => {
    const found = await lines('hourly mail limit');
    expect(found.join('\n')).toContain('set_tweaksetting key=email_send_limits_defer_cutoff');
    expect((await lines('BoxTrapper off')).find((line) => line.includes('key=skipboxtrapper'))).toMatch(
      /\(Tweak Settings; no effect on this server\)$/,
    );
  });

  test('names the module if it is not Main', async () => {
    expect((await lines('spamhaus'))[0]).toMatch(/^set_tweaksetting key=acl_spamhaus_rbl module=Mail /);
  });
});
