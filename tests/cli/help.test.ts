import { index } from '../../src/functions/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => {
  terminal.remove();
});

describe('the general help', () => {
  test('begins with what the command is and how it is called', async () => {
    const { status, stdout, stderr } = await terminal.run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.slice(0, stdout.indexOf('Functions:')))
      .toBe(`Usage: whmapi1 [options] FUNCTION [key=value ...]

Calls a function of WHM API 1 on this server and prints its answer.

Options:
  --output format       how the answer is written: yaml, json, jsonpretty or xml (default: yaml)
  --input format        json: read more arguments from standard input, as one JSON object
  --file key=path       read a value from a file (- is standard input); repeatable
  --dry-run             check and run everything, keep nothing
  --color when          colour what people read: auto, always or never (default: auto)
  -h, --help            show this help, or the help of a function
  --version             show the version

Arguments:
  key=value             an argument; %XX stands for a byte, as in URLs, and %25 for a percent sign
  key=a key=b           a list; key-1=a key-2=b says the same
  api.filter.enable=1 api.filter.a.field=FIELD api.filter.a.arg0=TEXT
                        filters a list; api.sort, api.columns and api.chunk sort it, cut it and page it

Examples:
  whmapi1 twofactorauth_generate_tfa_config
  whmapi1 twofactorauth_set_tfa_config --file secret=./secret tfa_token=227174
  whmapi1 --output=json twofactorauth_get_user_configs user=root
  whmapi1 twofactorauth_set_tfa_config --help

Exit status:
  0 it worked; 1 it failed, and the answer says why; 2 the command line could not be read;
  3 the store could not be used

`);
  });

  test('has every function on one line, its name first', async () => {
    const { stdout } = await terminal.run('-h');
    const lines = stdout.slice(stdout.indexOf('Functions:\n')).split('\n').slice(1);
    const functions = lines.slice(0, lines.indexOf(''));
    expect(functions.map((line) => /^ {2}(\S+) +(\S.*)$/.exec(line)?.slice(1))).toEqual(
      Object.entries(index).map(([name, { summary }]) => [name, summary]),
    );
    expect(functions.filter((line) => /twofactor/i.test(line))).toHaveLength(11);
    expect(lines.slice(functions.length)).toEqual([
      '',
      'whmapi1 FUNCTION --help explains a function, man whmapi1 the rest.',
      '',
    ]);
  });
});

describe('the help of a function', () => {
  test('explains parameters, answer, access and an example', async () => {
    const { stdout } = await terminal.run('twofactorauth_set_tfa_config', '--help');
    expect(stdout).toBe(`Usage: whmapi1 [options] twofactorauth_set_tfa_config secret=VALUE tfa_token=VALUE

Set up two-factor authentication for the caller with a secret and the code that proves it.

Make the secret with twofactorauth_generate_tfa_config, put it into an authenticator app, and send
it back with the code that the app shows. The code is checked with one time step (30 seconds) of
tolerance and is then used up. Where the caller has two-factor authentication already, the new
secret replaces the old one. Five wrong codes within five minutes lock the attempts for five
minutes. To keep the secret out of the process list, give it with --file secret=PATH.

Parameters:
  secret  (required; Base32: 16 to 103 characters of A-Z and 2-7)
      The secret in Base32. Spaces, lower case and padding do no harm.
  tfa_token  (required; the six digits that the app shows)
      The six digits that the authenticator app shows now.

Answer:
  success  (1 or 0)
      1 when two-factor authentication is set up, 0 when it is not.

Root may call it, and resellers with the privilege create-acct. WHM has it since version 54.

Example:
  # Turn two-factor authentication on for root.
  whmapi1 twofactorauth_set_tfa_config secret=WJ73QJSKZBXCIFPZ tfa_token=227174

Family: authentication (man whmapi1-authentication)
`);
  });

  test.each([
    [
      'applist',
      '\nExamples:\n  # Everything the caller may call.\n  whmapi1 applist\n  # Only the functions',
    ],
    ['applist', ' Its list is “app”: api.filter, api.sort,\napi.columns and api.chunk work on it.\n'],
    ['batch', 'Usage: whmapi1 [options] batch command=VALUE ... [abort_on_error=1|0]\n'],
    [
      'twofactorauth_enable_policy',
      '\n\nThe answer holds no data.\n\nOnly root may call it. WHM has it since',
    ],
    [
      'twofactorauth_set_tfa_config_for_user',
      'Parameters:\n  USER  (required; JSON (--input=json))\n      For each user {"primary_account"',
    ],
    ['loadavg', 'Anybody may call it. No document says since when WHM has it.\n'],
  ])('of %s says %j', async (command, part) => {
    expect((await terminal.run(command, '--help')).stdout).toContain(part);
  });

  test('is the same before and after the function’s name, and whatever else is said', async () => {
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
    'of %s stays within a hundred columns, but for what must stand on one line',
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

test.each([
  [
    'twofactorauth_policy_statu',
    'Did you mean twofactorauth_policy_status? whmapi1 --help lists the functions.\n',
  ],
  [
    'twofactorauth_set_tfa_conifg_for_user',
    'Did you mean twofactorauth_set_tfa_config_for_user, or twofactorauth_get_tfa_config_for_user, ' +
      'or twofactorauth_set_tfa_config? whmapi1 --help lists the functions.\n',
  ],
  ['zzzzzzzzzzzzzz', 'whmapi1 --help lists the functions.\n'],
  ['__proto__', 'whmapi1 --help lists the functions.\n'],
  ['toString', 'whmapi1 --help lists the functions.\n'],
])('the help of %s, which there is not, names what may have been meant', async (name, hint) => {
  expect(await terminal.run(name, '--help')).toEqual({
    status: 1,
    stdout: '',
    stderr: `whmapi1: no function is named “${name}”.\n${hint}`,
  });
});
