import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absent } from '../../src/catalogue/absent.generated.ts';
import type { Catalogue, CatalogueEntry } from '../../src/catalogue/entry.ts';
import { families } from '../../src/catalogue/families.generated.ts';
import { commonRows, optionRows } from '../../src/cli/option-rows.ts';
import { index } from '../../src/functions/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

describe('the general help', () => {
  test('begins with what the command does and how to call it', async () => {
    const { status, stdout, stderr } = await terminal.run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.slice(0, stdout.indexOf('Provided functions:')))
      .toBe(`Usage: whmapi1 [options] FUNCTION [key=value ...]

Calls a function of WHM API 1 on this server, or with --host on others, and prints its response.

Options:
${optionLines()}

whmapi1 --help options lists all options.

Arguments:
  key=value               an argument; %XX is a byte, as in URLs, and %25 a percent sign
  key=a key=b             a list; key-1=a key-2=b is the same
  api.*                   filter, sort and page a list, as in WHM (man whmapi1)

Examples:
  whmapi1 -o table listaccts --fields=user,domain,plan --sort=domain
  whmapi1 createacct username=bob domain=bob.example --file password=./password
  whmapi1 --output=json twofactorauth_get_user_configs user=root
  whmapi1 twofactorauth_set_tfa_config --help

Exit status:
  0 success; 1 the call failed (the response says why); 2 invalid command line; 3 the store, or a
  remote server, could not be reached. WHMAPI1_EXIT_STATUS=whm turns 1 into 0, as the command of
  cPanel & WHM does.

`);
  });

  test('lists the families, with the number of their provided functions', async () => {
    const { stdout } = await terminal.run('-h');
    const [, listed = ''] = stdout.split('Provided functions:\n\n');
    const [lines = '', last, ...others] = listed.split('\n\n');
    expect([last, others]).toEqual([
      'whmapi1 --help FAMILY lists the functions of a family, whmapi1 FUNCTION --help explains one, whmapi1\n--search ' +
        'WORDS finds one, whmapi1 --help --all names all 519 of WHM, man whmapi1 has the details.\n',
      [],
    ]);
    const shown = lines.split('\n').map((line) => /^ {2}(\S+) +(.+): (\d+) functions?$/.exec(line)?.slice(1));
    const provided = Object.values(index).map(({ family }) => family);
    expect(shown).toEqual(
      [...new Set(provided)]
        .sort()
        .map((name) => [name, families[name]?.title, String(provided.filter((one) => one === name).length)]),
    );
    expect(stdout.split('\n').length).toBeLessThan(80);
  });

  test('lists the functions that a reseller may call under their families', async () => {
    await terminal.run(
      'createacct',
      'username=bob',
      'domain=bob.example',
      'password=correct horse battery 7',
    );
    await terminal.run('setupreseller', 'user=bob', 'makeowner=0');
    const { stdout } = await terminal.run('--help', '--user=bob');
    expect(stdout).toMatch(/^ {2}accountsummary +Show /m);
  });
});

test('--help options lists every option by topic', async () => {
  const { status, stdout, stderr } = await terminal.run('--help', 'options');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const shown = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name);
  expect(shown.sort()).toEqual(optionRows.map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0]).sort());
  expect(stdout.match(/^\S.*:$/gm)).toEqual([
    'Calls and their responses:',
    'Functions that return a list:',
    'Calls to other servers:',
    'Help and descriptions:',
    'Administration:',
  ]);
});

test('a usage line names only what a function requires', async () => {
  const usage = async (name: string) => (await terminal.run('--help', name)).stdout.split('\n')[0];
  expect(await usage('createacct')).toMatch(
    /^Usage: whmapi1 \[options\] createacct (username=VALUE )?domain=VALUE \[key=value \.\.\.\]$/,
  );
  expect(await usage('version')).toBe('Usage: whmapi1 [options] version');
  expect(await usage('listaccts')).toBe('Usage: whmapi1 [options] listaccts [key=value ...]');
});

describe.each([40, 80, 200])('on a terminal of %d columns', (columns) => {
  beforeEach(() => {
    terminal.seen = ['stdout'];
    terminal.size = { columns, rows: 10_000 };
  });

  test.each([
    [['--help']],
    [['--help', 'options']],
    [['--help', 'createacct']],
    [['--help', 'batch']],
    [['--help', 'ea4_migration']],
    [['--help', 'dns']],
    [['--help', '--all']],
    [['--search', 'account']],
  ])('%j breaks lines between words', async (argv) => {
    const { stdout } = await terminal.run(...argv, '--color=never');
    const long = stdout.split('\n').filter((line) => line.length > columns);
    // A word that is longer than the line cannot be put elsewhere.
    expect(long.filter((line) => /\S\s+\S/.test(line))).toEqual([]);
    terminal.seen = [];
    const words = (text: string) =>
      text
        .replaceAll(/ \\$/gm, '')
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '#');
    expect(words(stdout)).toEqual(words((await terminal.run(...argv, '--color=never')).stdout));
  });
});

describe('a text that is longer than the terminal', () => {
  const asked: { program: string; words: readonly string[]; text: string }[] = [];
  beforeEach(() => {
    asked.length = 0;
    terminal.seen = ['stdout'];
    terminal.size = { columns: 80, rows: 24 };
    terminal.paged = (program, words, text) => {
      asked.push({ program, words, text });
      return program !== 'nopager' && program !== 'less';
    };
  });

  test('is shown by less, or more if there is no less, or the program in PAGER', async () => {
    expect((await terminal.run('--help')).stdout).toBe('');
    expect(asked.map(({ program }) => program)).toEqual(['less', 'more']);
    expect(asked[0]?.text).toContain('\u001b[1mUsage:');
    asked.length = 0;
    terminal.environment.PAGER = "mine -x 'two words'";
    expect((await terminal.run('--help', 'createacct')).stdout).toBe('');
    expect(asked).toMatchObject([{ program: 'mine', words: ['-x', 'two words'] }]);
  });

  test('is printed directly if PAGER is empty, cat or not a program, or if there is no terminal', async () => {
    for (const pager of ['', 'cat', 'nopager', "mine '"]) {
      terminal.environment.PAGER = pager;
      expect((await terminal.run('--help')).stdout).toContain('Usage:');
    }
    delete terminal.environment.PAGER;
    asked.length = 0;
    terminal.seen = [];
    expect((await terminal.run('--help')).stdout).toContain('Usage:');
    terminal.seen = ['stdout'];
    expect((await terminal.run('--help', 'version')).stdout).toContain('Usage:');
    expect(asked).toEqual([]);
  });

  test('has no colours with NO_COLOR', async () => {
    terminal.environment.NO_COLOR = '1';
    await terminal.run('--help');
    expect(asked[0]?.text).not.toContain('\u001b');
  });
});

/** The options in the help, each on one line. */
function optionLines(): string {
  return commonRows
    .map(({ flags, doc, ...row }) => {
      const given = flags.replace(/[<>]/g, '').padEnd(22);
      return `  ${given}  ${doc}${'default' in row ? ` (default: ${row.default})` : ''}`;
    })
    .join('\n');
}

describe('the help of a reseller', () => {
  test('lists the functions that the reseller can call', async () => {
    await terminal.run('createacct', 'username=bob', 'domain=bob.example');
    await terminal.run('setupreseller', 'user=bob');
    await terminal.run('setacls', 'reseller=bob', 'acl-list-accts=1');
    const { status, stdout } = await terminal.run('--user=bob', '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}listaccts /m);
    expect(stdout).toMatch(/^ {2}version /m);
    for (const name of ['createacct', 'setacls', 'twofactorauth_enable_policy']) {
      expect(stdout).not.toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  test('is rejected for a user who is not a reseller', async () => {
    const { status, stdout, stderr } = await terminal.run('--user=nobody', '--help');
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'whmapi1: You do not have a user named “nobody”.\n',
    });
  });
});

describe('the complete list', () => {
  /** The text after each name. */
  const known = new Map<string, string>();
  for (const [name, { family, summary }] of Object.entries(index)) {
    known.set(name, `${summary} (${families[family]?.title})`);
  }
  for (const [name, { family, summary, dropped }] of Object.entries(absent)) {
    const note = `not provided${dropped === true ? '; removed by cPanel' : ''}`;
    known.set(name, `${summary} (${families[family]?.title}; ${note})`);
  }

  test('has a line for every function, with its family, and a mark if it is not provided', async () => {
    const { status, stdout, stderr } = await terminal.run('--help', '--all');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.endsWith('\n')).toBe(true);
    const lines = stdout.slice(0, -1).split('\n');
    expect(lines.map((line) => line.replace(/ {2,}/, ' ')).sort()).toEqual(
      [...known].map(([name, text]) => `${name} ${text}`).sort(),
    );
    expect(lines.filter((line) => line.includes('; not provided'))).toHaveLength(Object.keys(absent).length);
  });

  test('keeps the functions of a family together', async () => {
    const { stdout } = await terminal.run('--all', '--help');
    const titles = [...stdout.matchAll(/ \(([\w ]+)(; [\w; ]+)?\)$/gm)].map(([, title]) => title);
    expect(titles).toHaveLength(known.size);
    expect(titles.filter((title, at) => title !== titles[at - 1])).toEqual(
      Object.values(families).map(({ title }) => title),
    );
  });

  test('uses few colours: provided functions stand out, the rest is faint', async () => {
    const { stdout } = await terminal.run('--help', '--all', '--color=always');
    expect(stdout).toMatch(/^\u001b\[36mcreateacct +\u001b\[39m {2}Create /m);
    expect(stdout).toMatch(
      /^\u001b\[2mget_market_providers_list {2,}List .*\.\u001b\[22m \u001b\[2m\(Market/m,
    );
  });

  test('requires --help', async () => {
    expect(await terminal.run('--all')).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('the help of a family', () => {
  test.each(['dns', 'DNS', 'Dns'])('is found as %s', async (name) => {
    const { status, stdout, stderr } = await terminal.run('--help', name);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^DNS\n\n/);
  });

  test.each([
    [['IP Addresses']],
    [['ip addresses']],
    [['IP', 'Addresses']],
    [['ip-addresses']],
    [['ip_addresses']],
    [['ip-addresses', 'domain=x']],
  ])('is found as %j', async (words) => {
    expect((await terminal.run(...words, '--help')).stdout).toMatch(/^IP Addresses\n\n/);
  });

  test.each(Object.keys(families))('lists both kinds of functions for %s', async (folder) => {
    const { stdout } = await terminal.run('--help', folder);
    const part = (title: string) => stdout.split(`\n\n${title}\n`)[1]?.split('\n\n')[0] ?? '';
    const namesIn = (text: string) => [...text.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
    const ofFamily = (rows: Readonly<Record<string, { family: string }>>) =>
      Object.keys(rows)
        .filter((name) => rows[name]?.family === folder)
        .sort();
    expect(namesIn(part('Provided functions:'))).toEqual(ofFamily(index));
    expect(namesIn(part('Not provided:'))).toEqual(ofFamily(absent));
  });
});

describe('the help of a function that is not provided', () => {
  test('describes the values of each parameter, and the shape of the response', async () => {
    const { stdout } = await terminal.run('ea4_migration', '--help');
    expect(stdout).toContain('Parameters:\n  revert  (optional; ');
    expect((await terminal.run('verify_icq_access', '--help')).stdout).toContain('\nResponse:\n');
  });

  test('first says that it is not provided, and then shows the catalogue’s text', async () => {
    expect(await terminal.run('set_default', '--help')).toEqual({
      status: 0,
      stderr: '',
      stdout: `set_default is not provided on this server.

Set the style that cPanel’s theme has unless another is chosen.

The version of WHM that introduced it is not documented. cPanel has removed it. Its parameters and
its answer are not publicly recorded.

Family: Styles and Themes (whmapi1 --help styles-and-themes)
`,
    });
  });

  test.each(Object.keys(absent))('shows the parameters of %s, and says what is not known', async (name) => {
    const { status, stdout } = await terminal.run(name, '--help');
    const [entry] = catalogueOf(name);
    expect(status).toBe(0);
    expect(stdout.startsWith(`${name} is not provided on this server.`)).toBe(true);
    const text = stdout.replaceAll(/\s+/g, ' ');
    const said = [
      entry?.summary,
      entry?.gap ?? '',
      ...Object.values(entry?.params ?? {}).map(({ doc }) => doc),
    ];
    expect(said.filter((one) => !text.includes(one ?? '?'))).toEqual([]);
    expect(stdout.split('\n').filter((line) => line.length > 100 && !/^ {2}\S+ {2}\(/.test(line))).toEqual(
      [],
    );
  });
});

/** The catalogue’s data about a function. */
function catalogueOf(name: string): CatalogueEntry[] {
  const file = `../../src/catalogue/${absent[name]?.family}.json`;
  const { functions } = JSON.parse(readFileSync(join(__dirname, file), 'utf8')) as Catalogue;
  const entry = functions[name];
  return entry === undefined ? [] : [entry];
}

describe('the help of a function', () => {
  test('explains parameters, response, access and an example', async () => {
    const { stdout } = await terminal.run('twofactorauth_set_tfa_config', '--help');
    expect(stdout).toBe(`Usage: whmapi1 [options] twofactorauth_set_tfa_config secret=VALUE tfa_token=VALUE

Set up two-factor authentication for the caller with a secret and the code that proves it.

Generate the secret with twofactorauth_generate_tfa_config, add it to an authenticator app, and pass
it here with the code that the app shows. The code is checked with a tolerance of one time step (30
seconds) and works only once. If the caller has already set up two-factor authentication, the new
secret replaces the old one. Five wrong codes within five minutes block further attempts for five
minutes. All sessions of the caller end. To keep the secret out of the process list, use --file
secret=PATH.

Parameters:
  secret  (required; Base32: 16 to 103 characters of A-Z and 2-7)
      The secret in Base32. Spaces, lower case and padding are accepted.
  tfa_token  (required; the six digits that the app shows)
      The six digits that the authenticator app shows now.

Response:
  success  (1 or 0)
      1 if two-factor authentication is set up, 0 if it is not.

Root can call this function, and resellers with the privilege create-acct. Available in WHM since
version 54.

Example:
  # Set up two-factor authentication for root.
  whmapi1 twofactorauth_set_tfa_config secret=WJ73QJSKZBXCIFPZ tfa_token=227174

Family: Authentication (man whmapi1-authentication)
`);
  });

  test.each([
    [
      'applist',
      '\nExamples:\n  # All functions that the caller may call.\n  whmapi1 applist\n  # Only the functions',
    ],
    [
      'applist',
      ' It returns a list (“app”),\nwhich you can filter, sort and page with api.filter, api.sort, api.columns and api.chunk.\n',
    ],
    ['batch', 'Usage: whmapi1 [options] batch command=VALUE ... [key=value ...]\n'],
    [
      'twofactorauth_enable_policy',
      '\n\nThe response contains no data.\n\nOnly root can call this function. Available in WHM since',
    ],
    [
      'twofactorauth_set_tfa_config_for_user',
      'Parameters:\n  USER  (required; JSON (--input=json))\n      For each user {"primary_account"',
    ],
    [
      'loadavg',
      'All users can call this function. The version of WHM that introduced this function is not\ndocumented.\n',
    ],
  ])('of %s contains %j', async (command, part) => {
    expect((await terminal.run(command, '--help')).stdout).toContain(part);
  });

  test('is the same before and after the function’s name, and with any other arguments', async () => {
    const help = await terminal.run('version', '--help');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const argv of [
      ['--help', 'version'],
      ['-h', 'version'],
      ['version', '-h', 'nonsense', '--output=json'],
      ['version', 'a=%FF', '--file=a=/nosuch', '--help'],
    ]) {
      expect(await terminal.run(...argv)).toEqual(help);
    }
  });

  test.each(Object.keys(index))(
    'of %s is at most a hundred columns wide, except for lines that cannot be wrapped',
    async (name) => {
      const { stdout } = await terminal.run('--help', name);
      const long = stdout
        .split('\n')
        .filter(
          (line) => line.length > 100 && !/^(Usage: | {2}\S+ {2}\(| {2}# | {2}(echo|whmapi1) )/.test(line),
        );
      expect(long).toEqual([]);
    },
  );
});

test('the help of an unknown name says so, and suggests similar names', async () => {
  expect(await terminal.run('twofactorauth_policy_statu', '--help')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'whmapi1: no function or family is named “twofactorauth_policy_statu”.\n' +
      'Did you mean twofactorauth_policy_status? whmapi1 --help lists the functions.\n',
  });
});
