// How long the tracking of mail is stored: the tweak setting exim_retention_days.
import type { Db } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';

const SETTING = 'exim_retention_days';
export const DEFAULT_DAYS = 10;
const DAY_S = 86_400;

/** The time before which nothing is stored, in seconds since 1970-01-01. */
export async function since(db: Db, now: number): Promise<number> {
  const days = Number((await tweakSettings.read(db, 'Main', SETTING)) ?? DEFAULT_DAYS);
  return Math.floor(now / 1000) - days * DAY_S;
}

/** True if there is something that `prune` would delete. */
export async function isDue(db: Db, before: number): Promise<boolean> {
  const row = await db.get(
    `SELECT 1 AS found FROM mail_message WHERE server = ? AND sent_at < ?
     UNION ALL SELECT 1 AS found FROM mail_delivery WHERE server = ? AND acted_at < ? LIMIT 1`,
    ...[db.server, before, db.server, before],
  );
  return row !== undefined;
}

export async function prune(db: Db, before: number): Promise<void> {
  await db.run('DELETE FROM mail_message WHERE server = ? AND sent_at < ?', db.server, before);
  await db.run('DELETE FROM mail_delivery WHERE server = ? AND acted_at < ?', db.server, before);
}
