// Whether a zone still has what the mail policy of its domain needs. Somebody may have changed it since.
import type { ZoneText } from '../../../dns/rules/changed-zone.ts';
import { ofFile, zoneFileOf } from '../../../dns/rules/changed-zone.ts';
import type { MailPolicy } from '../../../domains/rules/mail-policies.ts';
import { mxRecordsOf } from '../routing/mail-servers.ts';
import { policyRecord, reportRecord } from './mta-sts.ts';
import { textsIn } from './text-records.ts';

export interface PublishedPolicy {
  /** True if the records have the ID of the policy and the address for reports. */
  readonly isAnnounced: boolean;
  /** Mail servers that the policy does not name. Senders do not deliver to them. None for the mode `none`. */
  readonly unnamed: readonly string[];
  /** True if the policy names exactly the mail servers. */
  readonly isExact: boolean;
}

export function publishedPolicy(policy: MailPolicy, zone: ZoneText): PublishedPolicy {
  const file = ofFile(zone.name, () => zoneFileOf(zone));
  const records = [
    policyRecord(policy.domain, policy.id),
    ...reportRecord(policy.domain, policy, policy.reportAddress),
  ];
  const isAnnounced = records.every(({ name, isReplaced, text }) => {
    const texts = textsIn(file, name).filter((one) => isReplaced(one.text));
    return texts.length === 1 && texts[0]?.text === text;
  });
  if (policy.mode === 'none') return { isAnnounced, unnamed: [], isExact: true };
  const servers = new Set(mxRecordsOf(file, policy.domain).map(({ exchange }) => exchange.toLowerCase()));
  const unnamed = [...servers].filter((one) => !policy.mx.includes(one));
  return { isAnnounced, unnamed, isExact: unnamed.length === 0 && servers.size === policy.mx.length };
}
