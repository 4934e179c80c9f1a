// Hostile names, domains, packages, paths and passwords: each is rejected with a reason and without a change, or it is
// used as plain text and nothing is executed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { freshFolder, parallel, readAnswer, run } from '../support/command.ts';
import { Terminal } from '../support/terminal.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { auditLog } from '../process/state.ts';

const hostile: Readonly<Record<string, string>> = {
  'a command after a semicolon': 'bob; touch pwned',
  'a command substitution': '$(touch pwned)',
  'a command in backticks': '`touch pwned`',
  'a line break and a row of its own': 'x\neve:x:0:0::/root:/bin/sh',
  'a carriage return': 'bob\r',
  'a path upwards': '../../etc/x',
  'an absolute path': '/etc/passwd',
  'an option': '-rf',
  'a long option': '--help=x',
  'a NUL': 'bob\u0000x',
  'a colon': 'bob:x:0:0',
  'a quotation mark': `bob' OR '1'='1`,
  'a lone surrogate': 'bob\ud800',
  'a mark that turns the text around': 'bob\u202etxt',
  'an invisible joiner': 'bo\u200db',
  'a full-width letter': 'ｂob',
  'a dotless i': 'bıb',
  'an escape sequence': '\u001b[31mbob',
  'a hundred thousand letters': 'a'.repeat(100_000),
};

/** FUNCTION, its required arguments, and the parameters that are not tested with such values. */
const targets: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'createacct',
    { username: 'eve', domain: 'eve.example' },
    [
      'username',
      'domain',
      'plan',
      'pkgname',
      'owner',
      'contactemail',
      'homedir',
      'customip',
      'quota',
      'cpmod',
      'featurelist',
      'uid',
      'ip',
    ],
  ],
  [
    'modifyacct',
    { user: 'bob' },
    ['user', 'newuser', 'domain', 'DNS', 'owner', 'contactemail', 'shell', 'QUOTA', 'LOCALE', 'STARTDATE'],
  ],
  ['removeacct', {}, ['username', 'user']],
  ['suspendacct', {}, ['user']],
  ['unsuspendacct', {}, ['user']],
  ['editquota', { user: 'bob', quota: '5' }, ['user', 'quota']],
  ['limitbw', { user: 'bob' }, ['user', 'bwlimit']],
  ['passwd', { password: 'four unusual words, Xylophone' }, ['user']],
  ['set_digest_auth', { password: 'x', enabledigest: '1' }, ['user']],
  ['untrack_acct_id', {}, ['uid']],
];

const here = freshFolder();
let terminal: Terminal;
let state: string;
beforeEach(async () => {
  terminal = new Terminal();
  state = terminal.environment.WHMAPI1_STATE_DIR ?? '';
  expect((await terminal.run('createacct', 'username=bob', 'domain=bob.example')).status).toBe(0);
});
afterEach(() => terminal.remove());

/** Makes a call whose arguments are too long for a command line. */
async function callWith(command: string, args: object) {
  terminal.stdin = JSON.stringify(args);
  const { status, stdout, stderr } = await terminal.run('--input=json', '--output=json', command);
  return { status, stdout, stderr, metadata: readAnswer(stdout)?.metadata };
}

/** Everything that exists, except the logs. */
function everything(): unknown {
  const database = new Database(join(state, 'store.db'), { readOnly: true });
  try {
    const tables = ['account', 'package', 'operation', 'operation_lock', 'removed_user_id', 'tfa_secret'];
    return {
      rows: tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all()),
      files: ['passwd', 'shadow', 'group'].map((file) => readFileSync(join(state, 'root/etc', file), 'utf8')),
      folders: ['', 'etc', 'home', 'var/spool/cron/crontabs'].map((folder) =>
        readdirSync(join(state, 'root', folder)).sort(),
      ),
    };
  } finally {
    database.close();
  }
}

const STACK = /^ {4}at |(?:Type|Range|Reference|Syntax)Error|node:internal|unexpected error/m;

it.each(Object.keys(hostile))(
  'rejects %s for every name, every domain, every path and every number',
  async (what) => {
    const before = everything();
    const faults: string[] = [];
    for (const [command, args, params] of targets) {
      for (const param of params) {
        // Root can choose any program as a shell.
        if (param === 'shell' && what === 'an absolute path') continue;
        const { status, stdout, stderr, metadata } = await callWith(command, {
          ...args,
          [param]: hostile[what],
        });
        const isRefused =
          status === 1 && /^(?:bad_param|not_found|missing_param)$/.test(metadata?.error_code ?? '');
        const isClear = metadata?.reason.endsWith('.') === true && metadata.reason.length < 500;
        const isSilent = !STACK.test(stdout + stderr) && stdout.length < 2000;
        const isPlain = !/[\u0000-\u0009\u000b-\u001f]/.test(metadata?.reason ?? '');
        if (!isRefused || !isClear || !isSilent || !isPlain)
          faults.push(`${command} ${param}: ${status} ${stdout.slice(0, 500)}${stderr}`);
      }
    }
    expect(faults).toEqual([]);
    expect(everything()).toEqual(before);
    expect(existsSync(join(state, 'error.log'))).toBe(false);
    // Such a long value does not fill the log either.
    expect(readFileSync(join(state, 'audit.log')).length).toBeLessThan(40_000);
  },
);

it('rejects ten million letters as quickly as others', async () => {
  const before = everything();
  for (const param of ['username', 'domain', 'plan']) {
    const { status, stdout } = await callWith('createacct', {
      ...targets[0]?.[1],
      [param]: 'a'.repeat(10_000_000),
    });
    expect([status, stdout.length < 2000]).toEqual([1, true]);
  }
  expect(everything()).toEqual(before);
});

it('keeps hostile text as text where text is allowed', async () => {
  const reason = `$(touch pwned); \`id\` ' " -- ../ \u202e bob`;
  expect((await callWith('suspendacct', { user: 'bob', reason })).status).toBe(0);
  const database = new Database(join(state, 'store.db'), { readOnly: true });
  expect(database.prepare('SELECT suspend_reason FROM account').get()).toEqual({ suspend_reason: reason });
  database.close();
  for (const text of ['a\nb', 'a\u0000b', 'a\ud800', 'a'.repeat(501)]) {
    expect((await callWith('suspendacct', { user: 'bob', reason: text })).metadata?.error_code).toBe(
      'bad_param',
    );
  }
});

describe('a password', () => {
  it.each([
    'a\u0000b',
    'a\nb',
    'a\rb',
    'a\ud800',
    'x'.repeat(512),
    'x'.repeat(10_000_000),
    'é'.repeat(300),
    '',
  ])('that no machine accepts is rejected and shown nowhere (%#)', async (password) => {
    const before = everything();
    const { status, stdout, stderr, metadata } = await callWith('passwd', { user: 'bob', password });
    expect([status, metadata?.error_code]).toEqual([1, password === '' ? 'missing_param' : 'bad_param']);
    const shown = stdout + stderr + JSON.stringify(auditLog(state).lines);
    expect(shown.includes(password.slice(0, 20)) && password !== '' && password.length > 10).toBe(false);
    expect(everything()).toEqual(before);
  });

  it('of shell words, colons and any letters is used unchanged, and shown nowhere', async () => {
    const password = `-e $(touch pwned); \`id\` 'x' "y" :bob:x: %41+& ünïcödé \u202e`;
    expect((await callWith('passwd', { user: 'bob', password })).status).toBe(0);
    const users = await sandboxMachine(state, () => Date.now()).users();
    expect(await users.verifyPassword('bob', password)).toBe(true);
    const logged = readFileSync(join(state, 'audit.log'), 'utf8');
    expect(logged.includes('pwned') || logged.includes('ünïcödé')).toBe(false);
    expect(readFileSync(join(state, 'root/etc/shadow'), 'utf8').split('\n')).toHaveLength(2);
  });

  it('of the maximum length is rated in reasonable time', async () => {
    // Processor time: other busy processes do not affect it.
    const began = process.cpuUsage();
    for (const password of ['19910101'.repeat(63), '4@8({[<369&#!1/|0$5+7%2'.repeat(22)]) {
      await callWith('passwd', { user: 'bob', password });
    }
    const { user } = process.cpuUsage(began);
    expect(user).toBeLessThan(20_000_000);
  });
});

it('hostile values are also rejected as arguments of a command line', async () => {
  const values = [
    '$(touch pwned)',
    '`touch pwned`',
    ';touch pwned',
    'a%0ab',
    'a%00b',
    '../x',
    '-rf',
    '--user=root',
    '%ff',
    '%ed%a0%80',
    '%E2%80%AE',
  ];
  const results = await parallel(
    values.flatMap(
      (value) =>
        [
          ['username', value],
          ['domain', value],
        ] as const,
    ),
    2,
    async ([param, value]) => {
      const [other, usual] = param === 'domain' ? ['username', 'eve'] : ['domain', 'eve.example'];
      const argv = ['--output=json', 'createacct', `${param}=${value}`, `${other}=${usual}`];
      const { status, stdout, stderr } = await run(argv, { state: here.state, cwd: here.path });
      const code = readAnswer(stdout)?.metadata.error_code ?? '';
      return `${status} ${code}${STACK.test(stdout + stderr) ? ' stack' : ''}`;
    },
  );
  expect([...new Set(results)].sort()).toEqual(['1 bad_param', '2 ']);
  // Only the state directory.
  expect(readdirSync(here.path)).toEqual(['state']);
  expect(existsSync(join(here.state, 'root'))).toBe(false);
});
