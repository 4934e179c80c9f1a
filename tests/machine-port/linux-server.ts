// The Linux machine in a separate process inside a throw-away machine. It reads a line of JSON and writes a line.
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { MachineUserFiles } from '../../src/core/machine-user-files.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import { linuxMachine } from '../../src/machine/choose.ts';
import { run as runTool } from '../../src/machine/linux/run.ts';
import { useToolStarter } from '../../src/machine/linux/tool-starter.ts';
import { decoded, encoded } from './bytes.ts';

const [userFilesProgram = '', toolStarter] = process.argv.slice(2);
const host = linuxMachine(
  '/var/lib/whmapi1',
  () => Date.now(),
  undefined,
  () => userFilesProgram,
);
type Method = (...args: unknown[]) => Promise<unknown>;

/** Runs one of the machine’s own tools, to check the result. */
function run(tool: string, ...words: string[]): Promise<unknown> {
  return new Promise((done) => {
    execFile(tool, words, { encoding: 'utf8' }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** A process of the user that keeps running. It ignores SIGTERM if `isStubborn`. */
function linger(uid: number, isStubborn: boolean): Promise<unknown> {
  const script = `${isStubborn ? 'trap "" TERM;' : ''} echo; while :; do sleep 1; done`;
  const child = spawn('sh', ['-c', script], { uid, gid: uid, stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((done) => child.stdout.once('data', () => done(child.pid)));
}

/**
 * Writes a file of that many bytes, and returns how many a helper process used in memory at most. After `failAfter`
 * bytes, the content fails.
 */
async function upload(user: string, path: string, bytes: number, failAfter: number): Promise<unknown> {
  const part = Buffer.alloc(1024 * 1024, 'x');
  const largest = { kibibytes: 0 };
  async function* content() {
    for (let done = 0; done < bytes; done += part.length) {
      if (done >= failAfter) throw new Error('The client closed the connection.');
      largest.kibibytes = Math.max(largest.kibibytes, helperMemory());
      yield part.subarray(0, Math.min(part.length, bytes - done));
    }
  }
  const files = await host.userFiles(user);
  const { size } = await files.write(path, content());
  return { size, helper: largest.kibibytes, own: process.resourceUsage().maxRSS };
}

/** Returns the memory of this process’s children, in KiB. */
function helperMemory(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const sizes = children.map((id) => {
    const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, 'utf8') : '';
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return Math.max(...sizes);
}

async function answer(target: string, method: string, args: unknown[]): Promise<unknown> {
  if (target === 'run') return run(method, ...(args as string[]));
  if (target === 'linger') return linger(args[0] as number, args[1] as boolean);
  if (method === 'usages') return usages(args[0] as string[]);
  // `files ["/etc/bind"]`: a part of the machine that is created with arguments.
  const [name = '', given, folder] = target.split(' ');
  const make = host[name as keyof typeof host] as (...words: unknown[]) => Promise<unknown>;
  if (target === 'upload') return upload(...(args as [string, string, number, number]));
  const whole = given === undefined ? await make() : await make(...(JSON.parse(given) as unknown[]));
  // `userFiles ["bob"] public_html`
  const object = folder === undefined ? whole : (whole as MachineUserFiles).below(folder);
  const value = await (object as Record<string, Method>)[method]?.call(object, ...args);
  return value instanceof Map ? entriesOf(value as Map<string, unknown>) : value;
}

async function usages(names: readonly string[]): Promise<unknown> {
  const all = new Map<string, unknown>();
  await (await host.quota()).usages(names, (name, usage) => all.set(name, usage));
  return entriesOf(all);
}

function entriesOf(map: ReadonlyMap<string, unknown>): unknown {
  return [...map].map(([key, one]) => [key, one instanceof MachineError ? { code: one.code } : one]);
}

/** From now on, another process starts the tools. */
async function startWith(program: string): Promise<void> {
  useToolStarter(program, 0);
  const starts = async () => (await runTool('sh', ['-c', 'echo $PPID'])).stdout.trim();
  while ((await starts()) === String(process.pid));
}

function answerLine(line: string): void {
  const [id, target, method, args] = JSON.parse(line, decoded) as [number, string, string, unknown[]];
  answer(target, method, args).then(
    (value) => console.log(JSON.stringify([id, { value }], encoded)),
    (error: unknown) => {
      const { name, message } = error as Error;
      const code = error instanceof MachineError ? error.code : undefined;
      console.log(JSON.stringify([id, { error: { name, message, code } }]));
    },
  );
}

function serve(): void {
  createInterface({ input: process.stdin }).on('line', answerLine);
  console.log('ready');
}

if (toolStarter === undefined) serve();
else void startWith(toolStarter).then(serve);
