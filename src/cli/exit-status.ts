// The exit status of a call whose response was printed. WHMAPI1_EXIT_STATUS=whm makes it 0 even if the call failed, as
// scripts written for cPanel & WHM expect. It is set in the environment or, for the whole server, in a file.
import { writeStderr, type Io } from './io.ts';

const VARIABLE = 'WHMAPI1_EXIT_STATUS';
/** Lines of NAME=VALUE, in the syntax of systemd and POSIX shells. */
const SERVER_SETTINGS = '/etc/default/whmapi1';

/**
 * `status` follows from the result: 0, 1 or 3. The setting is read only if it is 1, so a successful call reads nothing.
 * @returns the status to exit with.
 */
export function exitStatusFor(status: number, io: Io): number {
  if (status !== 1) return status;
  const { value, source } = setting(io);
  if (value === 'whm') return 0;
  if (value !== '' && value !== 'result') {
    writeStderr(
      io,
      `whmapi1: ${VARIABLE} in ${source} is not valid, so the exit status is 1: use whm (0 whenever a response was printed) or result (1 if the call failed).\n`,
    );
  }
  return status;
}

/** The environment takes precedence over the file. An empty value counts as not set. */
function setting(io: Io): { readonly value: string; readonly source: string } {
  const own = io.environment[VARIABLE] ?? '';
  if (own !== '') return { value: own, source: 'the environment' };
  try {
    const { parseEnv } = process.getBuiltinModule('node:util');
    const text = Buffer.from(io.readFile(SERVER_SETTINGS)).toString('utf8');
    return { value: parseEnv(text)[VARIABLE] ?? '', source: SERVER_SETTINGS };
  } catch {
    // Most servers do not have the file. An unreadable file is ignored.
    return { value: '', source: SERVER_SETTINGS };
  }
}
