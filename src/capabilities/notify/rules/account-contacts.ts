// The ways to reach the owner of an account: one or two email addresses, and Pushbullet. The first address is the one
// that administrators see and set (`createacct`, `modifyacct`).
import type { Db, SealedStore, Sealer } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';

const MAX_ADDRESSES = 2;

type OfAccount = Pick<Account, 'username' | 'contactEmail'>;

/** The addresses, the first one first. */
export async function addressesOf(db: Db, { username, contactEmail }: OfAccount): Promise<string[]> {
  const row = await db.get<{ email: string }>(
    'SELECT email FROM account_second_contact WHERE username = ?',
    username,
  );
  return [contactEmail, row?.email ?? ''].filter((address) => address !== '');
}

/** Replaces the addresses. @throws ApiError `bad_param` */
export async function setAddresses(db: Db, username: string, addresses: readonly string[]): Promise<void> {
  assertAddresses(addresses);
  const [first = '', second] = addresses;
  await db.run('UPDATE account SET contact_email = ? WHERE username = ?', first, username);
  await db.run('DELETE FROM account_second_contact WHERE username = ?', username);
  if (second !== undefined) {
    await db.run('INSERT INTO account_second_contact (username, email) VALUES (?, ?)', username, second);
  }
}

function assertAddresses(addresses: readonly string[]): void {
  if (addresses.includes('')) {
    throw badParam('The parameter “address” should be an email address such as bob@example.com.');
  }
  if (addresses.length > MAX_ADDRESSES) {
    throw badParam(`The parameter “address” should be given once or twice, not ${addresses.length} times.`);
  }
  if (new Set(addresses.map((address) => address.toLowerCase())).size < addresses.length) {
    throw badParam('The parameter “address” should be two different addresses.');
  }
}

/**
 * Asserts that the caller knows the present addresses, so that two changes at once do not undo each other. The order and
 * the case do not matter.
 * @throws ApiError `bad_param`
 */
export function assertPresent(present: readonly string[], given: readonly string[]): void {
  const sorted = (addresses: readonly string[]) =>
    addresses
      .filter((address) => address !== '')
      .map((address) => address.toLowerCase())
      .sort();
  if (sorted(given).join() === sorted(present).join()) return;
  throw badParam(
    present.length === 0
      ? 'The parameter “old_address” should be left out, because the account has no contact address now.'
      : 'The parameter “old_address” should be the present contact addresses of the account: one parameter for each.',
  );
}

const purposeOf = (username: string) => `pushbullet of ${username}`;

/** The access token of Pushbullet. Empty if there is none. @throws ApiError `key_lost` */
export async function pushbulletToken({ db, sealer }: SealedStore, username: string): Promise<string> {
  const row = await db.get<{ sealed: Uint8Array }>(
    'SELECT sealed FROM account_contact_secret WHERE username = ?',
    username,
  );
  return row === undefined ? '' : sealer.open(row.sealed, purposeOf(username));
}

export async function hasPushbulletToken(db: Db, username: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM account_contact_secret WHERE username = ?';
  return (await db.get(sql, username)) !== undefined;
}

/** An empty token removes it, which needs no key. @throws ApiError `key_lost` */
export async function setPushbulletToken(
  { db, sealer }: SealedStore,
  username: string,
  token: string,
): Promise<void> {
  await db.run('DELETE FROM account_contact_secret WHERE username = ?', username);
  if (token === '') return;
  await db.run(
    'INSERT INTO account_contact_secret (username, sealed) VALUES (?, ?)',
    username,
    await sealer.seal(token, purposeOf(username), await findSealed(db)),
  );
}

/** The token is bound to the name of the account, so it is encrypted again. @throws ApiError `key_lost` */
export async function rename(db: Db, sealer: Sealer, from: string, to: string): Promise<void> {
  const token = await pushbulletToken({ db, sealer }, from);
  await db.run('DELETE FROM account_contact_secret WHERE username IN (?, ?)', from, to);
  await setPushbulletToken({ db, sealer }, to, token);
}
