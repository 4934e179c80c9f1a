// The Linux machine in a separate process inside a throw-away machine. It reads a line of JSON and writes a line.
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MachineError } from '../../src/core/machine-error.ts';
import { linuxMachine } from '../../src/machine/choose.ts';

const host = linuxMachine('/var/lib/whmapi1', () => Date.now());
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

async function answer(target: string, method: string, args: unknown[]): Promise<unknown> {
  if (target === 'run') return run(method, ...(args as string[]));
  if (target === 'linger') return linger(args[0] as number, args[1] as boolean);
  // `files ["/etc/bind"]`: a part of the machine that is created with arguments.
  const [name = '', given] = target.split(' ');
  const make = host[name as keyof typeof host] as (...words: unknown[]) => Promise<unknown>;
  const object = given === undefined ? await make() : await make(...(JSON.parse(given) as unknown[]));
  const value = await (object as Record<string, Method>)[method]?.call(object, ...args);
  if (!(value instanceof Map)) return value;
  return [...(value as Map<string, unknown>)].map(([key, one]) => [
    key,
    one instanceof MachineError ? { code: one.code } : one,
  ]);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [id, target, method, args] = JSON.parse(line) as [number, string, string, unknown[]];
  answer(target, method, args).then(
    (value) => console.log(JSON.stringify([id, { value }])),
    (error: unknown) => {
      const { name, message } = error as Error;
      const code = error instanceof MachineError ? error.code : undefined;
      console.log(JSON.stringify([id, { error: { name, message, code } }]));
    },
  );
});
console.log('ready');
