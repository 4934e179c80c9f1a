// What a capability, such as DNS or mail, does in the life of an account. Its `account.ts` exports this.
import type { Context, FreeContext } from '../core/context.ts';
import type { Lock, PlannedStep } from '../core/plan.ts';
import type { Account } from '../model/accounts/accounts.ts';
import type { FoundForAccount } from './zones/look.ts';

export interface NewAccount {
  readonly account: Account;
  /** True where somebody asked for the account's uid: no other will do. */
  readonly isUidAsked: boolean;
  /** True where the plan's secret is the password. */
  readonly hasPassword: boolean;
}

/** What the caller asks of parts, by the names of the parameters. */
export interface PartWishes {
  /** Replace a DNS zone that exists. */
  readonly forcedns?: boolean;
  /** Use the nameservers that the domain has at its registrar. */
  readonly useregns?: boolean;
  /** Keep the DNS zones. */
  readonly keepdns?: boolean;
}

/** What parts look at before the transaction begins. */
export interface PartSubject {
  /** The main domain that the account gets. */
  readonly domain: string;
  /** The account that has another one now; undefined for a new account. */
  readonly username?: string;
  readonly wishes?: PartWishes;
}

export interface FoundByParts {
  readonly zones?: FoundForAccount;
}

/** What a part may look at: the store, which roles this server has (`model/roles/`), and what was found on the machine. */
export interface PartWorld extends Pick<
  Context,
  'db' | 'caller' | 'system' | 'version' | 'now' | 'inform' | 'warn'
> {
  readonly roles: ReadonlySet<string>;
  readonly wishes: PartWishes;
  readonly found: FoundByParts;
}

/** Each part returns the steps that it needs, and reads the store alone. Absent: it has nothing to do then. */
export interface AccountPart {
  /** Reads from the machine what `created` or `changed` need to know, while no transaction is open. */
  readonly look?: (
    context: Pick<FreeContext, 'machine' | 'transaction'>,
    roles: ReadonlySet<string>,
    subject: PartSubject,
  ) => Promise<FoundByParts>;
  readonly created?: (world: PartWorld, created: NewAccount) => PartPlan;
  /** Renamed, another domain, another address, other limits: whatever differs. */
  readonly changed?: (world: PartWorld, before: Account, after: Account) => PartPlan;
  readonly suspended?: (world: PartWorld, account: Account) => PartPlan;
  readonly unsuspended?: (world: PartWorld, account: Account) => PartPlan;
  readonly removed?: (world: PartWorld, account: Account) => PartPlan;
}

export interface PartWork {
  readonly steps: readonly PlannedStep[];
  readonly locks: readonly Lock[];
}

/** Steps alone need no locks beside the account's own. */
export type PartPlan = readonly PlannedStep[] | PartWork | Promise<readonly PlannedStep[] | PartWork>;
