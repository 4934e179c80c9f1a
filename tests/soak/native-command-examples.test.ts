// The examples of all functions, by the native command with a server and by the program in Node: both print the same.
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AnyFunction, Example, SetUp } from '../../src/core/define.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { auditLog } from '../process/state.ts';
import { freshFolder, parallel, run, type Result } from '../support/command.ts';
import { lastingText } from '../support/lasting-text.ts';
import { startServer } from '../support/running-server.ts';
import { setUpWords } from '../support/set-up-call.ts';
import { exampleWords, Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

jest.setTimeout(900_000);

const native = resolve(__dirname, '../../dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const testNative = existsSync(native) ? test : test.skip;

const sandbox = { WHMAPI1_SANDBOX: '1' };
const outputs = ['yaml', 'json', 'xml', 'table', 'csv', 'tsv'];

const folder = freshFolder();
/** So many groups of examples run at the same time, each on states of its own. */
const GROUPS = 3;

interface Line {
  readonly fn: AnyFunction;
  readonly example: Example;
  /** Options, the function and its parameters. */
  readonly argv: readonly string[];
  /** Standard input. */
  readonly input: string;
}

async function examples(): Promise<Line[]> {
  const functions = await Promise.all(Object.values(loaders).map(async (load) => (await load()).default));
  const found = functions.flatMap((fn) => fn.examples.map((example) => ({ fn, example })));
  const typed = exampleWords(found);
  return found.map((one, at) => {
    const { words = [], stdin = '' } = typed[at] ?? {};
    const output = outputs[at % outputs.length] ?? 'yaml';
    return { ...one, argv: [`--output=${output}`, ...words], input: stdin };
  });
}

/** A state in which the calls before the examples have been made, as far as they do not exclude each other. */
async function prepare(state: string, lines: readonly Line[]): Promise<void> {
  const calls = new Map<string, SetUp>();
  for (const { example } of lines) {
    for (const step of example.setUp ?? []) calls.set(JSON.stringify(step), step);
  }
  const terminal = new Terminal();
  terminal.environment = { ...terminal.environment, ...sandbox };
  for (const step of calls.values()) await terminal.run(...(await setUpWords(step)));
  cpSync(terminal.environment.WHMAPI1_STATE_DIR ?? '', state, { recursive: true });
  terminal.remove();
}

const lasting = ({ status, signal, stdout, stderr }: Result) =>
  [status, signal, stdout, stderr].map((part) => (typeof part === 'string' ? lastingText(part) : part));

/** The number of the machine’s sockets changes all the time, so a record that is there twice counts once. */
const withoutRepeats = (parts: readonly unknown[]) =>
  parts.map((part) => (typeof part === 'string' ? [...new Set(part.split(/\n|(?=[<{])/))] : part));

testNative('the examples of all functions print the same with a server and without', async () => {
  const lines = await examples();
  const prepared = join(folder.path, 'prepared');
  await prepare(prepared, lines);
  const groups = Array.from({ length: GROUPS }, (_, at) => ({
    lines: lines.filter((_line, index) => index % GROUPS === at),
    served: join(folder.path, `served${at}`),
    alone: join(folder.path, `alone${at}`),
  }));
  // Some functions tell whether a server runs, so one runs beside the program in Node, which does not use it.
  for (const { served, alone } of groups) {
    for (const state of [served, alone]) {
      cpSync(prepared, state, { recursive: true });
      await startServer(state, sandbox);
    }
  }
  const compared = await parallel(groups, GROUPS, (group) => differences(group));
  expect(compared.flat()).toEqual([]);
  const count = groups.flatMap(({ served }) => auditLog(served).lines.filter(isOfServer)).length;
  // Half of them are calls to the server; on a busy machine, some are not taken in time.
  expect(count).toBeGreaterThan(lines.length / 4);
});

const isOfServer = ({ through }: { readonly through?: unknown }) => through === 'whmapi1d';

interface Group {
  readonly lines: readonly Line[];
  /** The states of the native command, whose calls the server makes, and of the program in Node. */
  readonly served: string;
  readonly alone: string;
}

/** Makes the calls one after the other. @returns those with different output. */
async function differences({ lines, served, alone }: Group): Promise<unknown[]> {
  const through = { node: [process.execPath], native: ['sh', '-c', `shift; exec "${native}" "$@"`, 'sh'] };
  const own = (argv: readonly string[], input = '') =>
    run(argv, { state: served, env: sandbox, input, through: through.native });
  await until(async () => (await own(['--version', '--verbose'])).stdout.includes('whmapi1d'));

  const different: unknown[] = [];
  for (const { fn, argv, input } of lines) {
    const both = [
      await own(argv, input),
      await run(argv, { state: alone, env: sandbox, input, through: through.node }),
    ].map(lasting);
    const [one, other] = fn.name.endsWith('_sockets') ? both.map(withoutRepeats) : both;
    if (JSON.stringify(one) !== JSON.stringify(other)) different.push({ argv, one, other });
  }
  return different;
}
