// One call of a list as a command without a server, and JSON.stringify of the same response with writing.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './measure.ts';

/** What a process took. */
export interface Taken {
  /** Milliseconds of the processor. */
  readonly processor: number;
  /** The peak of its memory. */
  readonly mebibytes: number;
}

/** One process, which tells what it took when it ends. `folder` is for a file of its own. @throws if it fails. */
export function callOnce(
  program: string,
  words: readonly string[],
  environment: Environment,
  { folder, input }: { readonly folder: string; readonly input?: string | undefined },
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
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}.`);
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
