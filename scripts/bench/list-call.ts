// One call of a list as a command without a server, and JSON.stringify of the same response with writing.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, type Environment } from './measure.ts';

/** What a process took. */
export interface Taken {
  /** Milliseconds of the processor. */
  readonly processor: number;
  /** The peak of its memory. */
  readonly mebibytes: number;
}

interface CallOptions {
  /** For a file of its own. */
  readonly folder: string;
  readonly input?: string | undefined;
  readonly mayFail?: boolean;
}

/** One process, which tells what it took when it ends. @throws if it fails. */
export function callOnce(
  program: string,
  words: readonly string[],
  environment: Environment,
  { folder, input, mayFail = false }: CallOptions,
): Taken & { readonly text: string } {
  const tell = join(folder, 'tell-spent.cjs');
  writeFileSync(
    tell,
    `process.on('exit', () => {
       const { userCPUTime, systemCPUTime } = process.resourceUsage();
       const { readFileSync, writeSync } = require('node:fs');
       // Its maxRSS begins with that of the process that started it.
       const [, peak] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'));
       const spent = { processor: (userCPUTime + systemCPUTime) / 1000, mebibytes: peak / 1024 };
       writeSync(3, JSON.stringify(spent));
     });`,
  );
  const { status, output } = spawnSync(
    process.execPath,
    ['--require', tell, program, '--output=json', ...words],
    { env: environment, input, stdio: ['pipe', 'pipe', 'inherit', 'pipe'], maxBuffer: 2 ** 30 },
  );
  if (status !== 0 && !mayFail) throw new Error(`${words.join(' ')} ended with ${status}.`);
  const told = JSON.parse(output[3]?.toString() ?? '') as Taken;
  return { ...told, text: output[1]?.toString() ?? '' };
}

/**
 * JSON.stringify of a response, in a process of its own.
 * @returns milliseconds of the processor without and with writing. @throws if the bytes are others.
 */
export function stringify(text: string, folder: string): { alone: number; written: number } {
  const stored = join(folder, 'list.json');
  const script = join(folder, 'stringify.cjs');
  writeFileSync(stored, text);
  writeFileSync(
    script,
    `const { readFileSync, writeSync } = require('node:fs');
     const answer = JSON.parse(readFileSync(${JSON.stringify(stored)}, 'utf8'));
     const { user, system } = process.cpuUsage();
     const json = JSON.stringify(answer);
     const alone = process.cpuUsage();
     const text = Buffer.from(json);
     for (let at = 0; at < text.length; ) at += writeSync(1, text, at, Math.min(20480, text.length - at));
     const spent = process.cpuUsage();
     const since = (usage) => (usage.user - user + usage.system - system) / 1000;
     writeSync(3, JSON.stringify({ alone: since(alone), written: since(spent) }));`,
  );
  const { output } = spawnSync(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    maxBuffer: 2 ** 30,
  });
  if (output[1]?.equals(readFileSync(stored).subarray(0, -1)) !== true) throw new Error('Other bytes.');
  return JSON.parse(output[3]?.toString() ?? '') as { alone: number; written: number };
}

/**
 * A list, `version` and JSON.stringify of the same response, in turn, medians.
 * @returns the response, the milliseconds of JSON.stringify with writing, and the cells of `HEADINGS`.
 */
export function compareWithStringify(
  program: string,
  { words, input }: { readonly words: readonly string[]; readonly input?: string | undefined },
  environment: Environment,
  { folder, rounds }: { readonly folder: string; readonly rounds: number },
): { text: string; written: number; cells: string[] } {
  const [whole, start]: [Taken[], Taken[]] = [[], []];
  const stringified: { alone: number; written: number }[] = [];
  let text = '';
  for (let round = 0; round < rounds; round++) {
    start.push(callOnce(program, ['version'], environment, { folder }));
    const called = callOnce(program, words, environment, { folder, input });
    text = called.text;
    whole.push(called);
    stringified.push(stringify(text, folder));
  }
  const processor = (taken: Taken[]) => median(taken.map((one) => one.processor));
  const mebibytes = (taken: Taken[]) => median(taken.map((one) => one.mebibytes));
  const written = median(stringified.map((one) => one.written));
  const times = [median(stringified.map((one) => one.alone)), written, processor(start), processor(whole)];
  const cells = [
    ...times.map((milliseconds) => milliseconds.toFixed(0)),
    (processor(whole) / written).toFixed(2),
    ((processor(whole) - processor(start)) / written).toFixed(2),
    (mebibytes(whole) - mebibytes(start)).toFixed(0),
  ];
  return { text, written, cells };
}

/** Milliseconds of the processor, ratios and memory, each with its target. */
export const HEADINGS =
  'JSON.stringify, ms | with writing | version | command | command / with writing (2) | without version | ' +
  'MiB above version (60)';
