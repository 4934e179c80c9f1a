// Logins whose passwords another daemon checks: those to mail, and those to FTP. The daemon asks before, and reports the
// outcome.
import type { Db } from '../../../core/context.ts';
import { visible } from '../../../core/quote.ts';
import * as addresses from './brute-force/addresses.ts';
import * as bruteForce from './brute-force/brute-force.ts';
import type { LoginDependencies } from './logins.ts';
import { OWN_ADDRESS } from './system-logins.ts';

export interface DaemonLogin {
  /** As it was sent. */
  readonly user: string;
  /** The client’s IP address. Undefined if there is none. */
  readonly address: string | undefined;
  readonly service: 'ftp' | 'mail';
  /** The program that received the login: `dovecot`, `smtp`. */
  readonly program: string;
}

/**
 * All programs of this server share its own addresses: webmail, and websites of accounts. So these are never blocked, and
 * a failure from them counts for its user only.
 */
function subjectOf({ machine }: Pick<LoginDependencies, 'machine'>, login: DaemonLogin): bruteForce.Failure {
  const { address = OWN_ADDRESS, service, program } = login;
  return {
    ...{ user: visible(login.user), address, service, authentication: program },
    isWithoutClient: addresses.isLocal(addresses.keyOf(address), machine.system),
  };
}

/** @throws TypeError for an invalid IP address. */
export async function isAllowed(
  context: bruteForce.BruteForceContext & Pick<LoginDependencies, 'machine'>,
  login: DaemonLogin,
): Promise<boolean> {
  return (await bruteForce.check(context, subjectOf(context, login))) === undefined;
}

/** @returns whether a success changes what is stored, so that most logins need not write. */
export async function hasFailures(
  context: { readonly db: Db } & Pick<LoginDependencies, 'machine'>,
  login: DaemonLogin,
): Promise<boolean> {
  return bruteForce.hasFailures(context, subjectOf(context, login));
}

export async function recordSuccess(dependencies: LoginDependencies, login: DaemonLogin): Promise<void> {
  const subject = subjectOf(dependencies, login);
  await dependencies.transaction((db) => bruteForce.recordSuccess({ db }, subject));
}

/** @param trace what repeated attempts with the same password have in common. Undefined: each attempt counts. */
export async function recordFailure(
  dependencies: LoginDependencies,
  login: DaemonLogin,
  trace: string | undefined,
): Promise<void> {
  const failure = { ...subjectOf(dependencies, login), password: trace };
  const reactions = await dependencies.transaction((db) =>
    bruteForce.recordFailure({ ...dependencies, db }, failure),
  );
  for (const problem of await bruteForce.react(dependencies.machine, reactions))
    dependencies.report?.(problem);
}
