// Finds the API token: in a file, from a command in the profile, in the profile itself, or in the environment.
import { spawnSync } from 'node:child_process';
import { quote } from '../core/quote.ts';
import { readPrivate } from './private-files.ts';
import type { Profile } from './profiles.ts';
import type { Login, LoginSource } from './server.ts';
import { SetupError } from './setup-error.ts';

/** The time that a user may take to unlock a secret store. */
const COMMAND_PATIENCE_MS = 120_000;

/** Undefined if the profile has no token. @throws SetupError whose message never contains the token. */
export function tokenOfProfile(
  profile: Profile,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { token, 'token-file': file, 'token-command': command } = profile;
  if (token !== undefined) return tokenIn(token, 'The token of the profile');
  if (file !== undefined) return tokenInFile(file);
  return command === undefined ? undefined : tokenOfCommand(command, environment);
}

/** @throws SetupError */
export function tokenInFile(path: string): string {
  return tokenIn(readPrivate(path), quote(path));
}

/** Older access hashes are stored in several lines but sent in one. @throws SetupError */
export function tokenIn(text: string, where: string): string {
  const token = text.replace(/\s+/g, '');
  if (!/^[!-~]{1,4096}$/.test(token)) throw new SetupError(`${where} does not contain a token.`);
  return token;
}

/** The command uses the standard input and standard error of this program, so that it can ask for a passphrase. */
function tokenOfCommand(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { error, status, signal, stdout } = spawnSync(program, args, {
    env: environment,
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: COMMAND_PATIENCE_MS,
    maxBuffer: 65_536,
  });
  const name = `The command ${quote(program)}, which should print the token,`;
  if (error !== undefined) throw new SetupError(`${name} could not be run: ${error.message}`);
  if (status !== 0) throw new SetupError(`${name} failed (${signal ?? `status ${status}`}).`);
  return tokenIn(stdout.split('\n', 1)[0] ?? '', 'What the token command printed');
}

/** Uses the same token for every server. */
export class TokenLogin implements LoginSource {
  readonly #login: Login;

  constructor(user: string, token: string) {
    this.#login = { headers: { authorization: `whm ${user}:${token}` }, pathPrefix: '' };
  }

  async login(): Promise<Login> {
    return this.#login;
  }

  async renew(): Promise<undefined> {
    return undefined;
  }
}
