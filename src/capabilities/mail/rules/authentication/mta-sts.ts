// The records by which senders find the policy of a domain (MTA-STS, RFC 8461) and where they report (TLS-RPT, RFC 8460).
import type { MailPolicy } from '../../../domains/rules/mail-policies.ts';
import type { WantedText } from './text-records.ts';

const isSts = (text: string) => /^\s*v\s*=\s*STSv1\s*(?:;|$)/i.test(text);
const isReporting = (text: string) => /^\s*v\s*=\s*TLSRPTv1\s*(?:;|$)/i.test(text);

/** The record with the ID of the policy. @param id undefined: the record is removed. */
export function policyRecord(domain: string, id: string | undefined): WantedText {
  const name = `_mta-sts.${domain}`;
  return { domain, name, isReplaced: isSts, text: id === undefined ? undefined : `v=STSv1; id=${id};` };
}

/**
 * The record with the address for reports. Without an address, only the record of the former one is removed: a domain can have
 * another record that somebody else added.
 */
export function reportRecord(
  domain: string,
  { reportAddress: former = '' }: Partial<MailPolicy>,
  address: string,
): WantedText[] {
  const one = { domain, name: `_smtp._tls.${domain}` };
  if (address !== '') return [{ ...one, isReplaced: isReporting, text: textFor(address) }];
  const formerText = textFor(former);
  return former === '' ? [] : [{ ...one, isReplaced: (text) => text === formerText, text: undefined }];
}

/** In a URI of this record, “!”, “,” and “;” are encoded (RFC 8460, section 3). */
function textFor(address: string): string {
  const at = address.lastIndexOf('@');
  const local = encodeURIComponent(address.slice(0, at)).replaceAll('!', '%21');
  return `v=TLSRPTv1; rua=mailto:${local}${address.slice(at)}`;
}
