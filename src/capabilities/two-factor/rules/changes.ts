// Tells the owner of an account that its two-factor authentication has changed.
import type { Db } from '../../../core/context.ts';
import { notifyAccount } from '../../notify/rules/account-notifications.ts';

export async function tellOwner(
  db: Db,
  username: string,
  change: 'set up' | 'removed',
  now: number,
): Promise<void> {
  const sentence = `Two-factor authentication was ${change}`;
  const body = `${sentence} for the account “${username}”. All its sessions ended.`;
  await notifyAccount(db, { username, event: 'notify_twofactorauth_change', subject: sentence, body }, now);
}
