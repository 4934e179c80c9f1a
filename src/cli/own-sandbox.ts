// An ordinary user who forgets sudo on a server would otherwise get “Account Creation Ok” from a sandbox.
import { existsSync } from 'node:fs';
import { locate } from '../app/app.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The state directory of root’s server. */
const SERVER = '/var/lib/whmapi1';

/** True if this user’s calls change a sandbox, and not the server. */
export function isOwnSandbox(environment: Environment): boolean {
  return locate(environment).userId !== 0;
}

/**
 * A line for standard error if the calls of this user go to a sandbox although this machine has a server, and nothing
 * says that the user wants that: `WHMAPI1_STATE_DIR` is not set.
 */
export function forgottenSudo(environment: Environment, server = SERVER): string | undefined {
  const { userId, stateDirectory } = locate(environment);
  const named = environment.WHMAPI1_STATE_DIR;
  if (userId === 0 || (named !== undefined && named !== '') || !existsSync(server)) return undefined;
  return `whmapi1: This is your own sandbox in ${stateDirectory}. Use sudo for this server.\n`;
}
