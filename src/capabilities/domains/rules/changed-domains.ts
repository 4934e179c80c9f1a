// The domains of an account before and after a change.
import type { Account } from '../../accounts/rules/accounts.ts';
import type { HostedDomain } from './hosted-domains.ts';

/** An account with its stored domains, besides the main domain, and those that it will have. */
export interface ChangedDomains {
  readonly account: Account;
  readonly before: readonly HostedDomain[];
  readonly after: readonly HostedDomain[];
}

declare module '../../accounts/driver/account-part.ts' {
  interface AccountPart {
    /** Parked domains, subdomains and addon domains are added or removed. */
    readonly domainsChanged?: (context: PartDependencies, domains: ChangedDomains) => PartPlan;
  }
}
