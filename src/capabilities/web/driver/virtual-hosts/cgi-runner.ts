// The program by which Apache runs the CGI programs of an account. suexec runs only programs that belong to the account, in
// a folder that does too, so it is in the home. It runs with the rights of the account alone, whatever it makes of it.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** Absolute, like `home`. */
export const runnerFolder = (home: string) => `${home}/${RUNNER_FOLDER}`;
/** Below the home. */
export const RUNNER_FOLDER = '.whmapi1-cgi';
export const CGI_RUNNER = 'run';

/**
 * Apache has redirected the request: PATH_TRANSLATED is the requested file, perhaps with more behind it, which is the
 * PATH_INFO of the program. suexec runs no shell commands with it: every value is a quoted variable.
 */
const RUNNER_CONTENT = `#!/bin/sh
# Written by whmapi1. Apache runs the CGI programs of this account by it.
p=$PATH_TRANSLATED i=
while [ ! -e "$p" ] && [ "\${p%/*}" != "" ] && [ "$p" != "\${p%/*}" ]; do i=/\${p##*/}$i p=\${p%/*}; done
[ -f "$p" ] && [ -x "$p" ] || { printf 'Status: 403\\nContent-Type: text/plain\\n\\nForbidden\\n'; exit; }
SCRIPT_FILENAME=$p SCRIPT_NAME=\${PATH_INFO%"$i"}
export SCRIPT_FILENAME SCRIPT_NAME
unset PATH_TRANSLATED PATH_INFO
[ -z "$i" ] || export PATH_INFO="$i"
cd "\${p%/*}" && exec "$p"
`;

/**
 * Writes the program as the user of the account.
 * @returns false if the account has something else in its place, or no space: only its own CGI programs need it.
 */
export async function writeCgiRunner(machine: Machine, username: string): Promise<boolean> {
  const path = `${RUNNER_FOLDER}/${CGI_RUNNER}`;
  try {
    const own = await machine.userFiles(username);
    if ((await own.stat(RUNNER_FOLDER)) === undefined) await own.makeDirectory(RUNNER_FOLDER, 0o711);
    // suexec requires that nobody else can write there.
    await own.chmod(RUNNER_FOLDER, 0o711);
    await own.write(path, new TextEncoder().encode(RUNNER_CONTENT), { mode: 0o755 });
    await own.chmod(path, 0o755);
    return true;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return false;
  }
}
