// What a run has to tell: one notification for each event, at its end.
import type { Db } from '../../core/context.ts';
import { notify } from '../contacts/notify.ts';
import * as settings from './settings.ts';

export const AUTOSSL = 'AutoSSL';

/** WHM’s events, by the part of the metadata’s keys that enables them. */
export const eventOf = {
  expiry: 'CertificateExpiring',
  expiry_coverage: 'CertificateExpiringCoverage',
  renewal: 'CertificateInstalled',
  renewal_coverage: 'CertificateRenewalCoverage',
  renewal_coverage_reduced: 'CertificateInstalledReducedCoverage',
  renewal_uncovered_domains: 'CertificateInstalledUncoveredDomains',
} as const;
export type Notice = keyof typeof eventOf;

const subjects: Readonly<Record<Notice, (count: number) => string>> = {
  expiry: (count) => `${hosts(count)} could not be renewed and soon expire`,
  expiry_coverage: (count) => `${hosts(count)} soon expire, because names could not be validated`,
  renewal: (count) => `${hosts(count)} were installed`,
  renewal_coverage: (count) => `${hosts(count)} are not renewed yet, because names could not be validated`,
  renewal_coverage_reduced: (count) => `${hosts(count)} were installed with fewer names than before`,
  renewal_uncovered_domains: (count) => `${hosts(count)} were installed without some names`,
};

const hosts = (count: number) => (count === 1 ? 'Certificates of a site' : `Certificates of ${count} sites`);

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
  for (const notice of new Set(found.map((one) => one.notice))) {
    const rows = found.filter((one) => one.notice === notice);
    if (metadata[`notify_autossl_${notice}`] === 0) continue;
    await notify(
      db,
      {
        app: AUTOSSL,
        event: eventOf[notice],
        subject: `AutoSSL: ${subjects[notice](rows.length)}`,
        body: [
          ...rows.map(({ username, text }) => `${username}: ${text}`),
          '',
          `whmapi1 get_autossl_log start_time=${startTime} shows the whole run.`,
        ].join('\n'),
      },
      { now, xid: '' },
    );
  }
}
