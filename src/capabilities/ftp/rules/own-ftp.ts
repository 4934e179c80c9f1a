// What an account does with its own FTP accounts.
import type { Context, FreeContext } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { accountApplications } from '../../../ground/rules/passwords/account-applications.ts';
import {
  assertStrong,
  rateFirst,
  withRating,
  type Rating,
} from '../../../ground/rules/passwords/passwords.ts';
import { hashed } from '../../access-files/rules/directory-privacy/hash.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as ftp from './ftp-accounts.ts';

/**
 * Checks, with the rights of the user, that each existing part of a folder’s path is a directory: ProFTPD lets nobody into
 * a folder that a link leads to.
 * @throws ApiError `bad_param`.
 */
export async function lookAtFolder({ machine, caller }: FreeContext, given: string): Promise<void> {
  const own = await machine.userFiles(caller.user);
  const parts = ftp.readFolder(own.home, given).split('/');
  for (const [at] of parts.entries()) {
    const path = parts.slice(0, at + 1).join('/');
    const found = path === '' ? undefined : await own.stat(path);
    if (found === undefined) return;
    if (found.kind !== 'directory')
      throw badParam(`“${own.home}/${path}” is a ${found.kind}. Choose a folder that no link leads to.`);
  }
}

export interface RatedPassword {
  readonly password: string;
  readonly rating: Rating;
  readonly hash: string;
}

/** For `look`: rating and hash take a while. */
export async function rateAndHash(context: FreeContext, password: string): Promise<RatedPassword> {
  const [rating, hash] = await Promise.all([
    rateFirst(context, password, [context.caller.user]),
    hashed(context, password),
  ]);
  return { password, rating, hash };
}

/** @throws ApiError `weak_password`. */
export async function strongHash(
  context: Pick<Context, 'db' | 'caller' | 'passwordStrength'>,
  { password, rating, hash }: RatedPassword,
): Promise<string> {
  await assertStrong(withRating(context, rating), password, [context.caller.user], accountApplications.ftp);
  return hash;
}

/** The FTP account that a call names. @throws ApiError `not_found`. */
export async function ownFtpAccount(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  given: { readonly user: string; readonly domain: string | undefined },
): Promise<{ readonly account: accounts.Account; readonly found: ftp.FtpAccount }> {
  const account = await accounts.getOwn(db, caller);
  return { account, found: await ftp.get(db, account.username, ftp.loginOf(account, given)) };
}
