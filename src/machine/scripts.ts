// Runs scripts of root: no shell, a clean environment, and limits of time and output.
import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { getegid, kill } from 'node:process';
import { MachineError } from '../core/machine-error.ts';
import type { MachineScripts, ScriptOptions, ScriptResult } from '../core/machine-scripts.ts';
import { quote } from '../core/quote.ts';
import { environment } from './linux/environment.ts';
import { findTrustedScript, type Trusted } from './trusted-script.ts';

const MAX_OUTPUT_BYTES = 1024 * 1024;
const MAX_KEPT_BYTES = 64 * 1024;
/** timeout(1) ends the script this much later if this process no longer can. */
const MARGIN_MS = 5_000;
/** How long after its end the output of a script is read, if a process in the background keeps it open. */
const REST_MS = 200;

export class Scripts implements MachineScripts {
  readonly #trusted: Trusted;

  constructor(trusted: Trusted) {
    this.#trusted = trusted;
  }

  async assertSafe(path: string): Promise<void> {
    findTrustedScript(path, this.#trusted);
  }

  async run([path = '', ...words]: readonly string[], options: ScriptOptions): Promise<ScriptResult> {
    const script = findTrustedScript(path, this.#trusted);
    if (words.some((word) => word.includes('\0'))) throw new TypeError('An argument cannot contain NUL.');
    const { as, ...others } = options;
    return start(script, words, this.#trusted.runsAsOthers === true && as !== undefined ? options : others);
  }
}

/** `sandboxUser` runs the scripts of a sandbox, and is therefore trusted too. Undefined on the machine itself. */
export function scriptsOf(sandboxUser: number | undefined): Scripts {
  if (sandboxUser === undefined) {
    return new Scripts({ users: new Set([0]), groups: new Set([0]), inWords: 'root', runsAsOthers: true });
  }
  const groups = new Set([0, getegid?.() ?? 0]);
  return new Scripts({ users: new Set([0, sandboxUser]), groups, inWords: 'you or root' });
}

/** The first part of an output. */
class Kept {
  readonly #pieces: Buffer[] = [];
  #size = 0;

  add(bytes: Buffer): void {
    const piece = bytes.subarray(0, MAX_KEPT_BYTES - this.#size);
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

function start(
  script: string,
  words: readonly string[],
  { input, limitMs, as, variables }: ScriptOptions,
): Promise<ScriptResult> {
  return new Promise((done, fail) => {
    const output = { stdout: new Kept(), stderr: new Kept() };
    let printed = 0;
    let endedBecause: string | undefined;
    let status: number | undefined;
    const limit = String((limitMs + MARGIN_MS) / 1000);
    const child = spawn('timeout', ['--signal=KILL', limit, script, ...words], {
      env: { ...variables, ...environment, HOME: as?.home ?? userInfo().homedir },
      // Without supplementary groups.
      ...(as && { uid: as.uid, gid: as.gid }),
      cwd: '/',
      // A process group of its own, so that everything that the script started can be killed with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const end = (why: string) => {
      endedBecause ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end(`took longer than ${inSeconds(limitMs)}`), limitMs);
    const finish = () => {
      clearTimeout(timer);
      const early = endedBecause === undefined ? {} : { endedBecause };
      done({ status, stdout: output.stdout.text, stderr: output.stderr.text, ...early });
    };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (bytes: Buffer) => {
        output[name].add(bytes);
        printed += bytes.length;
        if (printed > MAX_OUTPUT_BYTES) end('printed more than 1 MiB');
      });
    }
    child.once('error', (cause) => {
      clearTimeout(timer);
      fail(new MachineError('failed', `${quote(script)} could not be started.`, { cause }));
    });
    child.once('exit', (code) => {
      status = code ?? undefined;
      const rest = setTimeout(() => {
        // What the script has printed is in the pipes, and is read before this callback.
        setImmediate(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        });
      }, REST_MS);
      child.once('close', () => clearTimeout(rest));
    });
    child.once('close', finish);
    // A script need not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function inSeconds(milliseconds: number): string {
  return milliseconds === 1000 ? '1 second' : `${milliseconds / 1000} seconds`;
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    kill(-leader, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
