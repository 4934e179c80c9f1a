// A login to webmail with the address of a mailbox, and its password.
import type { Db } from '../../../core/context.ts';
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { findDomain } from '../../domains/rules/hosted-domains.ts';
import { callerAt, canEnter } from '../../logins/rules/callers.ts';
import * as guardedAttempts from '../../logins/rules/guarded-attempts.ts';
import {
  atLeast,
  DENIED,
  type Attempt,
  type LoginDependencies,
  type Verdict,
} from '../../logins/rules/logins.ts';
import type { SessionMailbox } from '../../logins/rules/sessions.ts';
import { passwordHash, readAddress } from './mailboxes.ts';

/** The account of this server that has the domain of a mailbox. Undefined if there is none. */
export async function ownerOf(db: Db, address: string): Promise<string | undefined> {
  const mailbox = readAddress(address);
  const found = mailbox && (await findDomain(db, mailbox.domain));
  return found?.account.server === db.server ? found.account.username : undefined;
}

/** For a session. Undefined if the account does not have the mailbox, or it is suspended. */
export async function mailboxFor(
  { machine, sha256 }: Pick<LoginDependencies, 'sha256'> & { readonly machine: Pick<Machine, 'userFiles'> },
  user: string,
  address: string,
): Promise<SessionMailbox | undefined> {
  const mailbox = readAddress(address);
  const hash = mailbox && (await passwordHash(machine, user, mailbox));
  return hash === undefined ? undefined : { address, hash: await sha256(hash) };
}

/** Only for the login form of webmail: everything else that a password opens is for users, and not for their mailboxes. */
export function attempt(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  return atLeast(dependencies, () => decide(dependencies, login));
}

async function decide(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  const { service, password } = login;
  const address = login.user.toLowerCase();
  const user = await dependencies.transaction((db) => ownerOf(db, address));
  let opened: SessionMailbox | undefined;
  const check = async (): Promise<boolean> => {
    if (user === undefined) return false;
    const hash = await hashOrNothing(dependencies.machine, user, address);
    if (hash === undefined) return false;
    opened = { address, hash: await dependencies.sha256(hash) };
    return (await dependencies.machine.users()).verifyHash(hash, password);
  };
  return guardedAttempts.attempt<Verdict>(
    dependencies,
    { user: address, password, address: login.address, authentication: service },
    {
      refused: DENIED,
      check,
      judge: async ({ db }, isRight) => {
        if (!isRight || user === undefined || !(await canEnter(db, service, user)))
          return { outcome: 'password', result: DENIED };
        const caller = await callerAt(db, service, user);
        const verdict = { caller, authentication: 'password', warnings: [], mailbox: opened };
        return { outcome: 'right', result: verdict };
      },
    },
  );
}

/** To a client that is not logged in, files that cannot be read are like a mailbox that does not exist. */
export async function hashOrNothing(
  machine: Machine,
  user: string,
  address: string,
): Promise<string | undefined> {
  const mailbox = readAddress(address);
  if (mailbox === undefined) return undefined;
  try {
    return await passwordHash(machine, user, mailbox);
  } catch (error) {
    if (error instanceof MachineError) return undefined;
    throw error;
  }
}
