// A thousand hostile command lines: each gets one well-formed response or a usage message, and none shows a stack
// trace.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'xmlbuilder2';
import { parse as parseYaml } from 'yaml';
import { main } from '../../src/cli/main.ts';
import { formats, type Format } from '../../src/render/format.ts';
import { freshFolder, parallel, run, type Result } from '../support/command.ts';
import { hostileLines, SECRET, type HostileLine } from '../process/hostile-lines.ts';
import { auditLog, integrityOf } from '../process/state.ts';

/** `SEED=… jest hostile` sends other lines. */
const seed = Number(process.env.SEED ?? 1);
const IN_PROCESS = 940;
const AS_PROCESSES = 60;
const lines = hostileLines(IN_PROCESS + AS_PROCESSES, seed).map((line, at) => ({
  ...line,
  format: formats[at % formats.length] ?? 'json',
}));

const here = freshFolder();

it(`responds to ${IN_PROCESS} hostile lines in this process (seed ${seed})`, async () => {
  const faults: string[] = [];
  for (const line of lines.slice(0, IN_PROCESS)) {
    const result = await runHere(argumentsOf(line), line.input, here.state);
    faults.push(...faultsOf(line, result));
  }
  expect(faults).toEqual([]);
  expectCleanState();
});

it(`responds to ${AS_PROCESSES} hostile lines as separate processes (seed ${seed})`, async () => {
  const all = await parallel(lines.slice(IN_PROCESS), 4, async (line) =>
    faultsOf(line, await run(argumentsOf(line), { state: here.state, input: line.input })),
  );
  expect(all.flat()).toEqual([]);
  expectCleanState();
});

it.each([
  ['an argument', `{"issuer":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ['a secret', `{"bob":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
])('responds if %s is JSON that is nested 20,000 deep', async (_what, input) => {
  for (const command of ['twofactorauth_set_issuer', 'twofactorauth_set_tfa_config_for_user']) {
    const line: Line = { words: ['--input=json', command], input, format: 'json' };
    expect(faultsOf(line, await run(argumentsOf(line), { state: here.state, input }))).toEqual([]);
  }
});

// Arguments of a process are bytes, and need not be UTF-8.
it.each([
  ['a value', 'version x=$(printf "\\377\\376\\300\\257")'],
  ['a name', 'version $(printf "\\200\\201")=x'],
  ['a function’s name', '$(printf "\\355\\240\\200")'],
  ['an option', 'version --$(printf "\\377")'],
])('responds if %s is not UTF-8', async (_what, words) => {
  const through = ['sh', '-c', `exec "$0" --output=json ${words}`];
  const result = await run([], { state: here.state, through });
  expect(faultsOf({ words: [], input: '', format: 'json' }, result)).toEqual([]);
});

interface Line extends HostileLine {
  readonly format: Format;
}

function argumentsOf({ words, format }: Line): string[] {
  return [`--output=${format}`, ...words];
}

/** What the program would write and return, without a separate process. */
async function runHere(argv: readonly string[], input: string, state: string): Promise<Result> {
  let stdout = '';
  let stderr = '';
  const status = await main(argv, {
    stdout: { write: (text) => (stdout += text), isTerminal: () => false },
    stderr: { write: (text) => (stderr += text), isTerminal: () => false },
    environment: { WHMAPI1_STATE_DIR: state },
    readStdin: () => Buffer.from(input),
    readFile: (path) => {
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    },
  }).catch((error: unknown) => {
    stderr += `thrown: ${String(error)}`;
    return null;
  });
  return { status, signal: null, stdout, stderr };
}

const STACK = /^ {4}at |(?:Type|Range|Reference|Syntax)Error|node:internal|unexpected error|thrown:/m;

function faultsOf({ words, input, format }: Line, { status, signal, stdout, stderr }: Result): string[] {
  const faults: string[] = [];
  if (status !== 0 && status !== 1 && status !== 2) faults.push(`exit status ${status}, signal ${signal}`);
  if (STACK.test(stderr)) faults.push(`stderr: ${stderr}`);
  if (stderr.includes(SECRET)) faults.push(`a secret on stderr: ${stderr}`);
  if (status === 2) {
    if (stdout !== '') faults.push('an answer beside a usage message');
    if (stderr === '') faults.push('no usage message');
  } else {
    faults.push(...answerFaults(stdout, format, status));
  }
  return faults.map((fault) => shortened(`${JSON.stringify({ words, input })} → ${fault}`));
}

function answerFaults(stdout: string, format: Format, status: number | null): string[] {
  try {
    const result = resultIn(stdout, format);
    // The load averages have no envelope.
    if (result === undefined) return stdout.includes('fifteen') ? [] : [`no result: ${stdout}`];
    if (String(result) !== (status === 0 ? '1' : '0'))
      return [`result ${String(result)} with status ${status}`];
    return /error_code\W+internal/.test(stdout) ? [`an internal error: ${stdout}`] : [];
  } catch (error) {
    return [`no ${format} (${String(error)}): ${stdout}`];
  }
}

/** `metadata.result`, read by a parser that is not the program’s. @throws if the text is not well-formed. */
function resultIn(text: string, format: Format): string | number | undefined {
  if (format === 'xml') {
    const document = create(text).end({ format: 'object' }) as unknown as {
      result: { metadata?: { result: string } };
    };
    return document.result.metadata?.result;
  }
  if (format === 'yaml') {
    const answer = parseYaml(text, { maxAliasCount: 0 }) as { metadata?: { result: number } };
    return answer.metadata?.result;
  }
  return (JSON.parse(text) as { metadata?: { result: number } }).metadata?.result;
}

/**
 * There is one line of the log for each call, none is cut off or contains a secret, there is no unexpected error, and
 * the store is intact.
 */
function expectCleanState(): void {
  const { lines: logged, cut } = auditLog(here.state);
  expect(cut).toEqual([]);
  expect(logged.length).toBeGreaterThan(15);
  const log = readFileSync(join(here.state, 'audit.log'), 'utf8').split('\n');
  expect(log.filter((text) => text.includes(SECRET))).toEqual([]);
  expect(existsSync(join(here.state, 'error.log'))).toBe(false);
  expect(integrityOf(here.state)).toBe('ok');
}

function shortened(text: string): string {
  return text.length > 1500 ? `${text.slice(0, 700)} … ${text.slice(-700)}` : text;
}
