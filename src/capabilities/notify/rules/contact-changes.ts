// Tells the owner of an account that its contact addresses have changed.
import type { Db } from '../../../core/context.ts';
import { notifyAccount } from './account-notifications.ts';

/** The former addresses get the message too, because an intruder would change the address first. */
export async function tellOwner(
  db: Db,
  username: string,
  former: readonly string[],
  now: number,
): Promise<void> {
  const alsoTo = former.filter((address) => address !== '');
  const body = `The contact addresses of the account “${username}” were changed.`;
  const subject = 'The contact addresses were changed';
  await notifyAccount(db, { username, event: 'notify_contact_address_change', subject, body, alsoTo }, now);
}
