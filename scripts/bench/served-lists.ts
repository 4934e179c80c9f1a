// The longest lists of 100,000 accounts against JSON.stringify of the same responses with writing: as a command without
// a server, and as the native command through a running server. Processor time
// of all processes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../src/store/database.ts';
import { prepareAccounts } from './accounts.ts';
import { compareWithStringify, HEADINGS } from './list-call.ts';
import { median, processorTimeOf, startServer, stop, type Environment } from './measure.ts';

const ACCOUNTS = 100_000;
const ROUNDS = 9;
/** For a list that takes about ten milliseconds: its calls differ more from each other. */
const ROUNDS_OF_SHORT = 27;
/** Calls of the server before those that are measured. */
const WARM_UP = 3;
/** How long the server may still work after a response. */
const REST_MS = 100;

interface List {
  readonly title: string;
  readonly words: readonly string[];
  readonly input?: string;
  readonly rounds: number;
}

const listOf = (name: string, rounds: number): List => ({ title: name, words: [name], rounds });

/** Features of so many accounts. The names come from standard input: Linux does not start a command with 100,000 of this length. */
function featuresOf(users: number, feature: readonly string[]): List {
  const user = Array.from({ length: users }, (_, at) => `user${String(at + 1).padStart(6, '0')}`);
  const which = feature.length === 0 ? 'all features' : feature.join(', ');
  return {
    title: `get_users_features_settings (${which} of ${users} accounts)`,
    words: ['--input=json', 'get_users_features_settings'],
    input: JSON.stringify({ user, feature }),
    rounds: ROUNDS,
  };
}

const lists: readonly List[] = [
  listOf('listaccts', ROUNDS),
  listOf('list_users', ROUNDS_OF_SHORT),
  listOf('listresellers', ROUNDS_OF_SHORT),
  listOf('twofactorauth_get_user_configs', ROUNDS),
  featuresOf(10_000, []),
  featuresOf(ACCOUNTS, ['backup']),
];

export async function compareServedLists(top: string, work: string, environment: Environment): Promise<void> {
  const program = join(top, 'bin/whmapi1');
  const folder = join(work, 'served-lists');
  mkdirSync(folder);
  const state = prepareAccounts(program, folder, environment, ACCOUNTS);
  const database = new Database(join(state, 'store.db'));
  database.exec('INSERT INTO reseller (username) SELECT username FROM account');
  database.close();
  const own = { ...environment, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  console.log(
    `\nLists of ${ACCOUNTS} accounts as JSON, against JSON.stringify of the same response with writing\n`,
  );
  console.log(
    `| call | MB | ${HEADINGS} | server | native command | both / with writing (2) | ` +
      'MiB of the server above version (60) |',
  );
  console.log(`|${' --- |'.repeat(13)}`);
  for (const list of lists) {
    const alone = compareWithStringify(program, list, own, { folder, rounds: list.rounds });
    const served = await throughServer(top, list, own, alone.text);
    const size = (alone.text.length / 1e6).toFixed(1);
    console.log(`| ${[list.title, size, ...alone.cells, ...served(alone.written)].join(' | ')} |`);
  }
}

/**
 * A server that has made 20 calls of `version`, and then each time changes the store before the list.
 * @returns what makes the cells, from the time of JSON.stringify with writing. @throws if the response is another one.
 */
async function throughServer(
  top: string,
  { words, input, rounds }: List,
  environment: Environment,
  expected: string,
): Promise<(written: number) => string[]> {
  const native = join(top, 'dist/whmapi1');
  if (!existsSync(native)) return () => ['', '', 'not compiled', ''];
  const { child } = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    environment,
  );
  const pid = child.pid ?? 0;
  try {
    const call = (argv: readonly string[], given?: string) =>
      nativeCall([native, '--output=json', ...argv], environment, given);
    for (let count = 0; count < 20; count++) call(['version']);
    const least = peakOf(pid);
    const [server, command]: [number[], number[]] = [[], []];
    for (let round = 0, declined = 0; server.length < WARM_UP + rounds; round++) {
      call(['twofactorauth_set_issuer', `issuer=round ${round}`]);
      await pause(REST_MS);
      const before = processorTimeOf(pid);
      const { text, processor } = call(words, input);
      await pause(REST_MS);
      if (text !== expected) throw new Error('Other bytes.');
      if (lastWay(environment) === 'whmapi1d') {
        server.push(processorTimeOf(pid) - before);
        command.push(processor);
      } else if ((declined += 1) === rounds) {
        // On a busy machine, the server does not take each call in time.
        return () => ['', '', 'not served', ''];
      }
    }
    server.splice(0, WARM_UP);
    command.splice(0, WARM_UP);
    const above = peakOf(pid) - least;
    // A command is measured in whole milliseconds.
    const mean = command.reduce((sum, one) => sum + one, 0) / command.length;
    return (written) => [
      median(server).toFixed(0),
      mean.toFixed(1),
      ((median(server) + mean) / written).toFixed(2),
      above.toFixed(0),
    ];
  } finally {
    await stop(child);
  }
}

/** The command, and the milliseconds of the processor that it takes. @throws if it fails. */
function nativeCall(
  words: readonly string[],
  environment: Environment,
  input?: string,
): { text: string; processor: number } {
  const script = `TIMEFORMAT='%U %S'; { time "$@" 2>&4; } 4>&2 2>&3`;
  const { status, output } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
    ...{ env: environment, input, maxBuffer: 2 ** 30 },
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}.`);
  const [user = NaN, system = NaN] = (output[3]?.toString() ?? '').trim().split(' ').map(Number);
  return { text: output[1]?.toString() ?? '', processor: 1000 * (user + system) };
}

/** Mebibytes of memory that a process had at its peak. */
function peakOf(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes) / 1024;
}

/** What ran the latest call, by the audit log. Undefined if it was the command itself. */
function lastWay({ WHMAPI1_STATE_DIR: state = '' }: Environment): string | undefined {
  const line = readFileSync(join(state, 'audit.log'), 'utf8').trimEnd().split('\n').at(-1) ?? '{}';
  return (JSON.parse(line) as { through?: string }).through;
}
