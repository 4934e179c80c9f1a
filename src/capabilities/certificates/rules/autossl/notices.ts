// What a run has to tell: one notification for each event to the administrators, and one to each account’s owner.
import type { Db } from '../../../../core/context.ts';
import { AUTOSSL } from '../../../notify/rules/applications.ts';
import { recipients } from '../../../notify/rules/account-notifications.ts';
import { notify, notifyOwner } from '../../../notify/rules/notify.ts';
import { eventOf, type Notice } from '../../../../ground/rules/autossl/events.ts';
import * as settings from './settings.ts';

const subjects: Readonly<Record<Notice, string>> = {
  expiry: 'certificates soon expire and could not be renewed',
  expiry_coverage: 'certificates soon expire, because names could not be validated',
  renewal: 'new certificates',
  renewal_coverage: 'certificates are not renewed yet, because names could not be validated',
  renewal_coverage_reduced: 'new certificates with fewer names than before',
  renewal_uncovered_domains: 'new certificates without some names',
};

export interface FoundNotice {
  readonly notice: Notice;
  readonly username: string;
  /** One line. */
  readonly text: string;
}

/** Sends what the metadata enables. */
export async function send(
  db: Db,
  found: readonly FoundNotice[],
  { startTime, now }: { readonly startTime: string; readonly now: number },
): Promise<void> {
  const metadata = await settings.metadata(db);
  const moment = { now, xid: '' };
  for (const notice of new Set(found.map((one) => one.notice))) {
    const rows = found.filter((one) => one.notice === notice);
    const news = (lines: readonly string[]) => ({
      ...{ app: AUTOSSL, event: eventOf[notice], subject: `AutoSSL: ${subjects[notice]}` },
      body: lines.join('\n'),
    });
    if (metadata[`notify_autossl_${notice}`] === 1) {
      const lines = rows.map(({ username, text }) => `${username}: ${text}`);
      const hint = `whmapi1 get_autossl_log start_time=${startTime} shows the whole run.`;
      await notify(db, news([...lines, '', hint]), moment);
    }
    if (metadata[`notify_autossl_${notice}_user`] === 0) continue;
    const usernames = new Set(rows.map(({ username }) => username));
    for (const { about, place } of await recipients(db, usernames, `notify_autossl_${notice}`)) {
      const own = rows.filter(({ username }) => about.includes(username)).map(({ text }) => text);
      await notifyOwner(db, news(own), { ...place, ...moment });
    }
  }
}
