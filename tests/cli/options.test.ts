import { version } from '../../package.json';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

const JSON_ANSWER = `{"metadata":{"version":1,"reason":"OK","result":1,"command":"version"},"data":{"version":"${version}"}}\n`;

test.each([
  [['--output=json', 'version']],
  [['--output', 'json', 'version']],
  [['version', '--output=json']],
  [['version', '--output', 'json']],
  [['--output=yaml', 'version', '--output=json']],
  [['--output=json', '--', 'version']],
  [['version', '--output=json', '--']],
])('%j calls version and writes JSON', async (argv) => {
  expect(await terminal.run(...argv)).toEqual({ status: 0, stdout: JSON_ANSWER, stderr: '' });
});

test('options can be between the arguments', async () => {
  const { stdout } = await terminal.run(
    ...[
      'twofactorauth_remove_user_config',
      'user=root',
      '--output=json',
      'user=ann',
      '--dry-run',
      'user=bob',
    ],
  );
  expect(stdout).toBe(
    '{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_remove_user_config","dry_run":1,' +
      '"output":{"messages":["“root” had not set up two-factor authentication."]}},' +
      '"data":{"users_modified":["root"],"failed":{"ann":"You do not have a user named “ann”.",' +
      '"bob":"You do not have a user named “bob”."}}}\n',
  );
});

test.each([
  [
    'yaml',
    `---\ndata:\n  version: ${version}\nmetadata:\n  command: version\n  reason: OK\n  result: 1\n  version: 1\n`,
  ],
  ['json', JSON_ANSWER],
  [
    'jsonpretty',
    '{\n  "metadata": {\n    "version": 1,\n    "reason": "OK",\n    "result": 1,\n    "command": "version"\n  },\n' +
      `  "data": {\n    "version": "${version}"\n  }\n}\n`,
  ],
  [
    'xml',
    '<?xml version="1.0" encoding="UTF-8"?>\n<result>\n  <metadata>\n    <version>1</version>\n    <reason>OK</reason>\n' +
      `    <result>1</result>\n    <command>version</command>\n  </metadata>\n  <data>\n    <version>${version}</version>\n` +
      '  </data>\n</result>\n',
  ],
])('--output=%s', async (format, stdout) => {
  expect(await terminal.run(`--output=${format}`, 'version')).toEqual({ status: 0, stdout, stderr: '' });
});

test('without --output the response is YAML', async () => {
  expect((await terminal.run('gethostname')).stdout).toMatch(/^---\ndata:\n {2}hostname: /);
});

test('--dry-run saves nothing', async () => {
  const { stdout } = await terminal.run('--dry-run', 'twofactorauth_enable_policy', '--output=json');
  expect(stdout).toBe(
    '{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_enable_policy","dry_run":1}}\n',
  );
  expect((await terminal.run('twofactorauth_policy_status')).stdout).toContain('is_enabled: 0');
});

describe('a command line that cannot be read', () => {
  test.each([
    [[], 'Name a function to call.'],
    [['--output=json'], 'Name a function to call.'],
    [['--'], 'Name a function to call.'],
    [['user=root'], 'The first word should be a function’s name, not a key=value argument.'],
    [['=root'], 'The first word should be a function’s name, not a key=value argument.'],
    [['version', 'root'], 'Argument 1 after the function’s name has no “=”: write key=value.'],
    [['version', ''], 'Argument 1 after the function’s name has no “=”: write key=value.'],
    [['version', '=root'], 'Argument 1 after the function’s name has no “=”: write key=value.'],
    [['version', 'a\u001b[2Jb'], 'Argument 1 after the function’s name has no “=”: write key=value.'],
    [['version', '--', '-x'], 'Argument 1 after the function’s name has no “=”: write key=value.'],
    [
      ['--output=toml', 'version'],
      "option '-o, --output <format>': allowed choices are yaml, json, jsonpretty, xml, table, csv.",
    ],
    [
      ['--output=', 'version'],
      "option '-o, --output <format>': allowed choices are yaml, json, jsonpretty, xml, table, csv.",
    ],
    [
      ['--output=JSON', 'version'],
      "option '-o, --output <format>': allowed choices are yaml, json, jsonpretty, xml, table, csv.",
    ],
    [['version', '--output'], "option '-o, --output <format>' argument missing"],
    [['--input=yaml', 'version'], "option '--input <format>': allowed choices are json."],
    [['--color=red', 'version'], "option '--color <when>': allowed choices are auto, always, never."],
    [['--outptu', 'json', 'version'], "unknown option '--outptu'\n(Did you mean --output?)"],
    [['version', '-x'], "unknown option '-x'"],
    [['version', '--usr=bob'], "unknown option '--usr'"],
    [
      ['--output', 'json', 'createacct', '--username=bob', '--domain=bob.example'],
      "unknown option '--username'\n(A parameter has no dashes: write username=VALUE.)",
    ],
    [
      ['createacct', '--max-pop', '7'],
      "unknown option '--max-pop'\n(Did you mean the parameter maxpop=VALUE?)",
    ],
    [
      ['createacct', '--pasword=secret'],
      "unknown option '--pasword'\n(Did you mean the parameter password=VALUE?)",
    ],
    [['version', '--file'], "option '--file <key=path>' argument missing"],
  ])('%j is rejected, and nothing is called', async (argv, reason) => {
    expect(await terminal.run(...argv)).toEqual({
      status: 2,
      stdout: '',
      stderr: `whmapi1: ${reason}\nUsage: whmapi1 [options] FUNCTION [key=value ...]\nSee whmapi1 --help.\n`,
    });
  });

  test('is rejected before any part of it is run', async () => {
    await terminal.run('twofactorauth_enable_policy', 'word');
    expect((await terminal.run('twofactorauth_policy_status')).stdout).toContain('is_enabled: 0');
  });
});

test('--version shows the version, whatever the other arguments are', async () => {
  for (const argv of [
    ['--version'],
    ['version', '--version'],
    ['--version', '--help'],
    ['--version', '--', 'x'],
  ]) {
    expect(await terminal.run(...argv)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  }
});

test.each([
  [
    ['--uapi', 'Mysql', 'create_database', '--name=bob_x'],
    "unknown option '--name'\n(A parameter has no dashes: write name=VALUE.)",
  ],
  [
    ['--uapi', '--color', 'never', 'Mysql', 'create_database', '--naem=bob_x'],
    "unknown option '--naem'\n(Did you mean the parameter name=VALUE?)",
  ],
  [['--uapi', 'Mysql', 'nothing', '--name=bob_x'], "unknown option '--name'"],
])('%j is rejected with the parameter that is meant', async ([program = '', ...argv], reason) => {
  const { status, stderr } = await terminal.run(program, ...argv);
  expect(status).toBe(2);
  expect(stderr.startsWith(`uapi: ${reason}\nUsage: `)).toBe(true);
});
