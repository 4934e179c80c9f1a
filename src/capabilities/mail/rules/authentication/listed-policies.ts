// The mail policies that a caller sees.
import type { CallerStore } from '../../../../core/context.ts';
import { getDomain } from '../../../domains/rules/hosted-domains.ts';
import { listFor, type MailPolicy } from '../../../domains/rules/mail-policies.ts';

/** @param domains empty: all. @throws ApiError `not_found` for a domain that the caller does not see. */
export async function listPolicies(
  { db, caller }: CallerStore,
  domains: readonly string[],
): Promise<MailPolicy[]> {
  for (const domain of domains) await getDomain(db, caller, domain);
  return listFor(db, caller, domains);
}
