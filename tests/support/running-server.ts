// The built server for a state directory, as a process.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const program = resolve(__dirname, '../../bin/whmapi1d');

export interface RunningServer {
  readonly child: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const children = new Set<ChildProcess>();
/** A test that fails leaves no server. */
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/**
 * Resolves once it serves. Its environment is the one that `run` of support/command.ts gives to a command.
 * @param through a command that becomes the program, which it gets with its arguments as further arguments.
 */
export async function startServer(
  state: string,
  env: Record<string, string> = {},
  through: readonly string[] = [],
  options: readonly string[] = ['--no-tasks'],
): Promise<RunningServer> {
  const [command, ...words] = [...through, program, '--port=0', ...options, '--log-level=warn'];
  const child = spawn(command, words, {
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: '/dev/null/whmapi1',
      WHMAPI1_STATE_DIR: state,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const isReady = once(lines, 'line');
  await Promise.race([isReady, ended.then(() => Promise.reject(new Error('The server ended at once.')))]);
  return {
    child,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}
