// Random calls in random surroundings, by the native command with a server and by the program in Node: both print the
// same bytes to both outputs and have the same exit status. `SEED=… RUNS=…` tries others, and more.
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { onlyReads, type AnyFunction } from '../../src/core/define.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { auditLog } from '../process/state.ts';
import { multiplyAccount } from '../support/accounts.ts';
import { freshFolder, program } from '../support/command.ts';
import { lastingText } from '../support/lasting-text.ts';
import { startServer } from '../support/running-server.ts';
import { exampleWords } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const RUNS = Number(process.env.RUNS ?? 100);

const native = resolve(__dirname, '../../dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const testNative = existsSync(native) ? test : test.skip;

const folder = freshFolder();
const sandbox = { WHMAPI1_SANDBOX: '1' };
const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** A terminal of this size has both outputs and the input; otherwise, the shell redirects the three streams. */
type Streams = { readonly columns: number; readonly rows: number } | { readonly redirections: string };

interface Call {
  readonly words: readonly string[];
  /** Standard input. Undefined if the call reads none. */
  readonly input?: string;
}

interface Case extends Call {
  readonly streams: Streams;
  /** How standard input arrives. */
  readonly source: (typeof sources)[number];
  /** Commands of the shell before the call. */
  readonly before: string;
  readonly variables: Readonly<Record<string, string>>;
}

const sources = ['file', 'pipe', 'slow pipe'] as const;

type Loaders = Readonly<Record<string, () => Promise<{ readonly default: AnyFunction }>>>;

/** Functions that change nothing, and those of the store, which are called as dry runs: both ways find the same state. */
async function fitFunctions(from: Loaders): Promise<AnyFunction[]> {
  const functions = await Promise.all(Object.values(from).map(async (load) => (await load()).default));
  return functions.filter(
    ({ effect, onlyMeasures }) => onlyReads(effect) || effect === 'changes' || onlyMeasures === true,
  );
}

async function examples(): Promise<Call[]> {
  const functions = await fitFunctions(loaders);
  const found = functions.flatMap((fn) => fn.examples.map((example) => ({ fn, example })));
  const typed = exampleWords(found);
  return found.flatMap(({ fn }, at) => {
    const { words = [], stdin = '' } = typed[at] ?? {};
    const own = fn.effect === 'changes' ? ['--dry-run', ...words] : words;
    return [stdin === '' ? { words: own } : { words: own, input: stdin }];
  });
}

/** The examples of UAPI and API 2 as calls of WHM, in the account “bob”. */
async function examplesInAccount(): Promise<Call[]> {
  const inUapi = (module: string, func: string) => [
    'uapi_cpanel',
    ...['cpanel.user=bob', `cpanel.module=${module}`, `cpanel.function=${func}`],
  ];
  const inCpanel = (version: number) => (module: string, func: string) => [
    'cpanel',
    ...['cpanel_jsonapi_user=bob', `cpanel_jsonapi_apiversion=${version}`],
    ...[`cpanel_jsonapi_module=${module}`, `cpanel_jsonapi_func=${func}`],
  ];
  const sides = [
    [accountLoaders.uapi, inUapi],
    [accountLoaders.uapi, inCpanel(3)],
    [accountLoaders.api2, inCpanel(2)],
  ] as const;
  const calls = await Promise.all(
    sides.map(async ([from, outer]) =>
      (await fitFunctions(from)).flatMap(({ name, effect, examples: own }) =>
        own.map(({ args }) => {
          const [module = '', func = ''] = name.split('::');
          const given = Object.entries(args).flatMap(([key, value]) =>
            [value].flat().map((one) => `${key}=${encodeURIComponent(one)}`),
          );
          return {
            words: [...(effect === 'changes' ? ['--dry-run'] : []), ...outer(module, func), ...given],
          };
        }),
      ),
    ),
  );
  return calls.flat();
}

/** Calls whose arguments come from standard input: some are mistakes, and some are too long for the server. */
function callsWithInput(calls: readonly Call[]): fc.Arbitrary<Call> {
  const json = fc.constantFrom(
    '{}',
    '{"user": "bob"}\n',
    '{"user": ["bob", "ann"], "api.chunk.enable": 1}',
    '{"user": "b\\u00fcb"}',
    `{"user": "bob", "unknown": "${'x'.repeat(200_000)}"}`,
    `{"user": "bob", "unknown": "${'x'.repeat(300_000)}"}`,
    '[1]',
    '"text"',
    '{"user": ',
    '',
    '\u0000',
    '\u00ff{}',
  );
  const value = fc.constantFrom(
    'bob',
    'bob\n',
    'bob\r\n',
    '\n',
    '',
    '\u00fc',
    'a\u0000b',
    'x'.repeat(300_000),
  );
  const options = fc.oneof(
    json.map((input) => ({ options: ['--input=json'], input })),
    value.map((input) => ({ options: ['--file', 'user=-'], input })),
    fc
      .constantFrom(['--file=user=-', '--file=issuer=-'], ['--input=json', '--file=user=-'], ['--file==-'])
      .map((several) => ({
        options: several,
        input: '{}',
      })),
  );
  return fc
    .tuple(options, fc.constantFrom(...calls))
    .map(([{ options: first, input }, { words }]) => ({ words: [...first, ...words], input }));
}

function cases(calls: readonly Call[]): fc.Arbitrary<Case> {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.option(arbitrary, { nil: undefined, freq: 3 }).map((one) => (one === undefined ? [] : [one]));
  const options = fc
    .tuple(
      maybe(
        fc
          .constantFrom('yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv', 'tsv')
          .map((one) => `--output=${one}`),
      ),
      maybe(fc.constantFrom('always', 'never', 'auto').map((one) => `--color=${one}`)),
      maybe(
        fc.constantFrom(
          '-q',
          '--dry-run',
          '--user=nobody',
          '--user=bob',
          '--fields=user',
          '--filter=user=bob',
        ),
      ),
    )
    .map((several) => several.flat());
  const further = maybe(
    fc.constantFrom(
      'unknown=1',
      'user=',
      'user=bob',
      'user=%C3%A9',
      'no-equals',
      'api.chunk.enable=1',
      'a=%zz',
      'ü=ß',
    ),
  );
  const call = fc
    .tuple(
      options,
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...calls) }, callsWithInput(calls)),
      further,
      fc.boolean(),
    )
    .map(([first, { words, ...input }, last, isShort]) => ({
      words: [...first, ...(isShort ? words.slice(0, -1) : words), ...last],
      ...input,
    }));
  const standardInput = fc.constantFrom('', '<&-', '</dev/null', '<"$large"', '<<<x');
  const standardOutput = fc.constantFrom(
    '',
    '',
    '>&-',
    '>/dev/full',
    '| head -c 40',
    '| head -n 1',
    '| cat',
    '>&2',
  );
  const standardError = fc.constantFrom('', '', '2>&-', '2>/dev/full', '2>&1', '2>/dev/null');
  const streams: fc.Arbitrary<Streams> = fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .tuple(standardInput, standardError, standardOutput)
        .map((several) => ({ redirections: several.join(' ') })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        columns: fc.constantFrom(0, 1, 20, 40, 80, 132, 500),
        rows: fc.constantFrom(0, 1, 24, 60),
      }),
    },
  );
  const before = fc.constantFrom('', '', '', "trap '' PIPE", "trap '' INT HUP", 'ulimit -n 64', 'cd /');
  const variables = fc.record(
    {
      NO_COLOR: fc.constantFrom('1', ''),
      FORCE_COLOR: fc.constantFrom('0', '1', '3', ''),
      CLICOLOR_FORCE: fc.constant('1'),
      COLORTERM: fc.constant('truecolor'),
      TERM: fc.constantFrom('dumb', 'xterm', 'xterm-256color', ''),
      COLUMNS: fc.constantFrom('30', 'x'),
      LANG: fc.constantFrom('C', 'C.UTF-8', 'de_DE.UTF-8', 'tr_TR.UTF-8'),
      LC_ALL: fc.constantFrom('C', 'C.UTF-8', 'POSIX', ''),
      WHMAPI1_EXIT_STATUS: fc.constantFrom('0', '1', 'x'),
      CI: fc.constant('true'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string>>;
  // With another time zone than its own, the server declines, so that this is rare.
  const zone = fc.option(fc.constantFrom('Asia/Tokyo', 'America/New_York'), { nil: undefined, freq: 1 });
  return fc
    .record({
      ...{ call, streams, before, variables, zone },
      source: fc.constantFrom(...sources),
      isElsewhere: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ call: own, variables: some, zone: tz, isElsewhere, ...others }) => ({
      ...own,
      ...others,
      variables: isElsewhere === 0 && tz !== undefined ? { ...some, TZ: tz } : some,
    }));
}

interface Printed {
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

function print(command: string, { words, input, source, streams, before, variables }: Case): Printed {
  const script = join(folder.path, 'script');
  const status = join(folder.path, 'status');
  const typed = join(folder.path, 'input');
  // Latin letters are bytes, which need not be UTF-8.
  writeFileSync(typed, input ?? '', 'latin1');
  const call = `${command} ${words.map(quoted).join(' ')}`;
  const pipe =
    source === 'pipe'
      ? `cat ${quoted(typed)}`
      : `{ head -c 1 ${quoted(typed)}; sleep 0.2; tail -c +2 ${quoted(typed)}; }`;
  const line =
    input === undefined ? call : source === 'file' ? `${call} <${quoted(typed)}` : `${pipe} | ${call}`;
  const isTerminal = 'columns' in streams;
  const body = isTerminal
    ? `stty cols ${streams.columns} rows ${streams.rows}\n${before}\n${line}\n`
    : `${before}\nf() { ${line}; echo $? >${quoted(status)}; }\nf ${streams.redirections}\n`;
  writeFileSync(script, isTerminal ? `${body}echo $? >${quoted(status)}\n` : body);
  writeFileSync(status, 'none');
  const run = ['bash', script] as const;
  const [file = '', ...rest] = isTerminal ? ['script', '-qefc', `bash ${quoted(script)}`, '/dev/null'] : run;
  const { stdout, stderr } = spawnSync(file, rest, {
    encoding: 'latin1',
    input: '',
    maxBuffer: 2 ** 28,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: '/dev/null/whmapi1',
      SHELL: '/bin/sh',
      WHMAPI1_STATE_DIR: folder.state,
      large: join(folder.path, 'large'),
      ...sandbox,
      ...variables,
    },
  });
  return { status: readFileSync(status, 'utf8'), stdout, stderr };
}

const lasting = ({ status, stdout, stderr }: Printed) =>
  [status, stdout, stderr].map((bytes) => lastingText(Buffer.from(bytes, 'latin1').toString()));

/** Makes random ones of the calls in both ways. `prepare` gets the path of the store. */
async function compare(
  calls: readonly Call[],
  runs: number,
  prepare: (store: string) => void = () => undefined,
): Promise<void> {
  mkdirSync(folder.state, { mode: 0o700 });
  writeFileSync(join(folder.path, 'large'), 'x=y\n'.repeat(300_000));
  const inNode = `${quoted(process.execPath)} ${quoted(program)}`;
  const plain = { source: 'file', streams: { redirections: '' }, before: '', variables: {} } as const;
  for (const words of [
    ['createacct', 'username=bob', 'domain=bob.example', 'reseller=1'],
    ['createacct', 'username=a00000', 'domain=a.example'],
    ['createacct', 'username=ann', 'domain=ann.example', 'owner=bob'],
    ['addpkg', 'name=gold', 'quota=100'],
    ['twofactorauth_enable_policy'],
  ]) {
    expect(print(inNode, { ...plain, words }).status).toBe('0\n');
  }
  prepare(join(folder.state, 'store.db'));
  const server = await startServer(folder.state, sandbox);
  const own = () => print(quoted(native), { ...plain, words: ['--version', '--verbose'] });
  await until(() => own().stdout.includes('whmapi1d'));
  const before = auditLog(folder.state).lines.length;
  let repeated = 0;
  fc.assert(
    fc.property(cases(calls), (one) => {
      const [actual, expected] = [print(quoted(native), one), print(inNode, one)];
      if (isDeepStrictEqual(actual, expected)) return;
      const next = print(inNode, one);
      if (isDeepStrictEqual(actual, next)) return;
      // Some values change while the calls run, such as the load of the machine.
      repeated += 1;
      expect(lasting(actual)).toEqual(lasting(expected));
      // A value that does not change each time, but has changed since the first call, is the same once more.
      if (!isDeepStrictEqual(next, expected)) return;
      const again = print(quoted(native), one);
      expect([next, print(inNode, one)]).toContainEqual(again);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  const ways = auditLog(folder.state)
    .lines.slice(before)
    .map(({ through }) => through);
  // Most of the calls were taken by the server; on a busy machine, some were not in time.
  expect(ways.filter((way) => way === 'whmapi1d').length).toBeGreaterThan(runs / 5);
  expect(repeated).toBeLessThan(runs / 5);
  await server.stop();
}

testNative('random calls in random surroundings print the same with a server and without', async () => {
  await compare(await examples(), RUNS);
});

testNative('so do calls whose long lists are read while they are printed', async () => {
  const names = ['listaccts', 'twofactorauth_get_user_configs', 'get_users_features_settings', 'list_users'];
  const calls = [...names.map((name) => ({ words: [name] })), { words: ['--sort=-domain', 'listaccts'] }];
  await compare(calls, Math.ceil(RUNS / 4), (store) => multiplyAccount(store, 1500));
});

testNative('so do calls of uapi_cpanel and cpanel', async () => {
  await compare(await examplesInAccount(), Math.ceil(RUNS / 4));
});
