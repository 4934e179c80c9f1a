// What the native command sends, as its server reads it.
import type { CommandRequest } from '../../src/command-socket/request.ts';

const noTerminal = { isTerminal: false, columns: 0, rows: 0 };

/** A request of a command without a terminal and without standard input. */
export function commandRequest(
  argv: readonly string[],
  environment: CommandRequest['environment'] = {},
): CommandRequest {
  return {
    build: '',
    namespaces: { network: '', processes: '' },
    pid: process.pid,
    hostname: 'web1',
    stdout: noTerminal,
    stderr: noTerminal,
    argv,
    environment,
    input: undefined,
  };
}
