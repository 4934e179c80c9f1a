// Suggestions for an unknown function name, and the response of a function that is not provided.
import { version } from '../../package.json';
import { distance } from 'fastest-levenshtein';
import { absent } from '../../src/catalogue/absent.generated.ts';
import { families } from '../../src/catalogue/families.generated.ts';
import { index } from '../../src/functions/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

jest.mock('fastest-levenshtein', () => {
  const { distance: usual } = jest.requireActual<{ distance: typeof distance }>('fastest-levenshtein');
  return { distance: jest.fn(usual) };
});

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

/** Standard error after a call of an unknown function. */
async function hint(name: string): Promise<string> {
  const { status, stdout, stderr } = await terminal.run('--output=json', name);
  expect(status).toBe(1);
  expect(stdout).toContain('"error_code":"unknown_function"');
  return stderr;
}

const plain = 'whmapi1 --help lists the functions.\n';

describe('an unknown name', () => {
  test.each([
    ['versoin', ['version']],
    ['twofactorauth_policy_statsu', ['twofactorauth_policy_status']],
    [
      'twofactorauth_policy_set',
      ['twofactorauth_policy_status', 'twofactorauth_disable_policy', 'twofactorauth_enable_policy'],
    ],
    ['list_accounts', ['listaccts']],
    ['listAccounts', ['listaccts']],
    ['accounts_list', ['listaccts']],
    ['create_account', ['createacct']],
    ['account_create', ['createacct']],
    ['policy_status_twofactorauth', ['twofactorauth_policy_status']],
    [
      'twofactorauth_set_tfa_conifg_for_user',
      ['twofactorauth_set_tfa_config_for_user', 'twofactorauth_get_tfa_config_for_user'],
    ],
  ])('%s is corrected to %j', async (name, meant) => {
    expect(await hint(name)).toBe(`Did you mean ${meant.join(', or ')}? ${plain}`);
  });

  test.each([
    'get_market_provider_list',
    'list_market_providers',
    'providers_list_market_get',
    'Get-Market-Providers-List',
  ])('%s suggests a function that is not provided, and says so', async (name) => {
    expect(await hint(name)).toMatch(
      /^Did you mean get_market_providers_list \(not provided here\)(, or \w+ \(not provided here\))*\? whm/,
    );
  });

  test.each(['zzzzzzzzzzzzzz', '__proto__', 'toString', 'constructor', 'a', 'x'.repeat(101)])(
    '%s gives no suggestions',
    async (name) => {
      expect(await hint(name)).toBe(plain);
    },
  );

  test('of several words, all far from any name, is passed to the search', async () => {
    expect(await hint('delete_account')).toBe(
      'whmapi1 --help lists the functions, whmapi1 --search delete account may find one.\n',
    );
  });

  // Four words have 24 orders. Nine would have 362,880.
  test('is compared with each function at most 25 times, however many words it has', async () => {
    const functions = Object.keys(index).length + Object.keys(absent).length;
    for (const name of [
      'a_b_c_d',
      'a_b_c_d_e_f_g_h_i',
      '_'.repeat(100),
      'modsec_rules_all_the_changes_deploy',
    ]) {
      jest.mocked(distance).mockClear();
      await terminal.run(name);
      expect(jest.mocked(distance).mock.calls.length).toBeLessThanOrEqual(25 * functions);
    }
    jest.mocked(distance).mockClear();
    await terminal.run('a_b_c_d');
    expect(distance).toHaveBeenCalledTimes(25 * functions);
  });

  test('with one wrong letter is corrected, for every function', async () => {
    const names = [...Object.keys(index), ...Object.keys(absent)];
    // A short name is similar to others.
    const long = names.filter((name) => name.length > 12);
    for (const name of long.filter((_name, at) => at % 10 === 0)) {
      const mistyped = `${name.slice(0, 4)}q${name.slice(5)}`;
      if (names.includes(mistyped)) continue;
      const { stderr } = await terminal.run(mistyped);
      const [, first = ''] = /^Did you mean (\w+)/.exec(stderr) ?? [];
      expect(distance(mistyped, first)).toBeLessThanOrEqual(1);
      expect(stderr).toContain(name);
    }
  });
});

describe('a known function that is not provided', () => {
  test.each(Object.keys(absent))('%s fails, names its family, and points to its help', async (name) => {
    const { status, stdout, stderr } = await terminal.run('--output=json', name, 'user=bob');
    const family = families[absent[name]?.family ?? '']?.title;
    expect(JSON.parse(stdout)).toEqual({
      metadata: {
        version: 1,
        result: 0,
        reason: `The function “${name}” of the family “${family}” is not provided on this server.`,
        command: name,
        error_code: 'not_provided',
      },
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `whmapi1 ${name} --help describes WHM’s function of this name.\n`,
    });
  });

  test('also fails in a dry run and in a batch', async () => {
    const dry = await terminal.run('--output=json', '--dry-run', 'get_market_providers_list');
    expect(dry.status).toBe(1);
    expect(dry.stdout).toContain('"error_code":"not_provided"');
    const { stdout } = await terminal.run(
      '--output=json',
      'batch',
      'command=get_market_providers_list',
      'command=version',
    );
    expect(stdout.match(/"error_code":"not_provided"/g)).toHaveLength(1);
    expect(stdout).toContain(`"version":"${version}"`);
  });

  test('is not in the list of callable functions', async () => {
    const { stdout } = await terminal.run('--output=json', 'applist');
    const { data } = JSON.parse(stdout) as { data: { app: string[] } };
    expect(data.app.filter((name) => Object.hasOwn(absent, name))).toEqual([]);
  });
});

describe('a call of uapi or cpapi2', () => {
  beforeEach(async () => {
    await terminal.run(
      ...['createacct', 'username=bob', 'domain=bob.example', 'password=correct horse battery staple 7'],
    );
  });

  test.each([
    ['--uapi', 'Mysql list_databasse', 'uapi Mysql list_databases'],
    ['--uapi', 'mysql list_databases', 'uapi Mysql list_databases'],
    ['--uapi', 'Mysqll create_databse', 'uapi Mysql create_database'],
    ['--uapi', 'Mysql list_domains', 'uapi DomainInfo list_domains'],
    ['--uapi', 'Email add_popp', 'uapi Email add_pop'],
    ['--uapi', 'Backup list_backupss', 'uapi Backup list_backups (not provided here)'],
    ['--cpapi2', 'Cron lsitcron', 'cpapi2 Cron listcron'],
  ])('%s %s suggests %s', async (program, words, meant) => {
    const { status, stderr } = await terminal.run(program, '--user=bob', ...words.split(' '));
    expect(status).toBe(1);
    const [first] = stderr.split('\n');
    expect(first?.startsWith(`Did you mean ${meant}`)).toBe(true);
    const help = await terminal.run(program, '--help', ...words.split(' '));
    expect(help).toMatchObject({ status: 1, stdout: '' });
    expect(help.stderr.split('\n')[1]).toBe(first);
  });

  test('suggests nothing for a name that is like none', async () => {
    const { stderr } = await terminal.run('--uapi', '--user=bob', 'Xyzzy', 'qqqqqqqq');
    expect(stderr).toBe('uapi --help lists the modules, uapi --help MODULE the functions of one.\n');
  });
});
