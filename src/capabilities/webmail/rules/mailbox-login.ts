// A login to webmail with the address of a mailbox, and its password.
import type { Db } from '../../../core/context.ts';
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

/** A mailbox of an account of this server whose login is not suspended. */
export interface OpenMailbox {
  /** `sales@bob.example` */
  readonly address: string;
  /** The account to which it belongs. */
  readonly username: string;
  /** The hash of its password: the same that Dovecot compares. */
  readonly hash: string;
}

/** @param address in lower case. Undefined if there is no such mailbox, or its login is suspended. */
export async function findMailbox(db: Db, address: string): Promise<OpenMailbox | undefined> {
  const at = address.lastIndexOf('@');
  const row = await db.get<Omit<OpenMailbox, 'address'>>(
    `SELECT mailbox.username, mailbox.hash
     FROM mailbox JOIN account ON account.username = mailbox.username
     WHERE mailbox.domain = ? AND mailbox.local_part = ? AND mailbox.login_suspended = 0 AND account.server = ?`,
    ...[address.slice(at + 1), address.slice(0, Math.max(at, 0)), db.server],
  );
  return row && { address, ...row };
}

/** For a session, which ends with this password. */
export async function inSession(
  { sha256 }: Pick<LoginDependencies, 'sha256'>,
  { address, hash }: OpenMailbox,
): Promise<SessionMailbox> {
  return { address, hash: await sha256(hash) };
}

/** Only for the login form of webmail: everything else that a password opens is for users, and not for their mailboxes. */
export function attempt(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  return atLeast(dependencies, () => decide(dependencies, login));
}

async function decide(dependencies: LoginDependencies, login: Attempt): Promise<Verdict> {
  const { service, password } = login;
  const address = login.user.toLowerCase();
  const mailbox = await dependencies.transaction((db) => findMailbox(db, address));
  const check = async () =>
    mailbox !== undefined && (await dependencies.machine.users()).verifyHash(mailbox.hash, password);
  return guardedAttempts.attempt<Verdict>(
    dependencies,
    { user: address, password, address: login.address, authentication: service },
    {
      refused: DENIED,
      check,
      judge: async ({ db }, isRight) => {
        if (!isRight || mailbox === undefined || !(await canEnter(db, service, mailbox.username)))
          return { outcome: 'password', result: DENIED };
        const caller = await callerAt(db, service, mailbox.username);
        const opened = await inSession(dependencies, mailbox);
        const verdict = { caller, authentication: 'password', warnings: [], mailbox: opened };
        return { outcome: 'right', result: verdict };
      },
    },
  );
}
