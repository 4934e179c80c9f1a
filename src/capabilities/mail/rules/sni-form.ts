// What functions about the certificates of mail servers (SNI) have in common. Mail servers always use the certificates of
// names, so nothing has to be enabled, and nothing can be disabled.
import type { Field, Param } from '../../../core/define.ts';
import { ApiError } from '../../../core/errors.ts';

export const ROLE = 'MailReceive';
/** The kind of the task that writes the certificates of all accounts again. */
export const REBUILD = 'rebuild-mail-certificates';

export const enabledField = {
  type: 'flag',
  doc: '1: Exim and Dovecot answer at the names of the domain with its certificate, if it has one that is not self-signed. It is always 1, because nobody can disable this.',
} as const satisfies Field;

export const enablingFields = {
  updated_domains: {
    map: { type: 'flag' },
    keys: 'DOMAIN',
    doc: 'Always empty: it is enabled for all domains already.',
  },
  failed_domains: {
    map: { type: 'string' },
    keys: 'DOMAIN',
    doc: 'The domains that you do not have, with the reason.',
  },
} as const satisfies Record<string, Field>;

export const ALWAYS_ENABLED =
  'The mail servers of this server always use the certificates of domains, so nothing was changed.';

/** The parameter “domains” of UAPI. */
export const barredDomains = {
  type: 'string',
  required: true,
  maxLength: 65_535,
  lowerCase: true,
  doc: 'Domains of the account, with “|” between them.',
} as const satisfies Param;

/** @param find throws ApiError for a domain that the caller does not have. */
export async function failedDomains(
  domains: readonly string[],
  find: (domain: string) => Promise<unknown>,
): Promise<Record<string, string>> {
  const failed: Record<string, string> = {};
  for (const domain of domains) {
    try {
      await find(domain);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failed[domain] = error.message;
    }
  }
  return failed;
}
