// What a capability, such as DNS or mail, does in the life of an account. Its `account.ts` exports this.
import type { Context } from '../core/context.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { Account } from '../model/accounts/accounts.ts';

export interface NewAccount {
  readonly account: Account;
  /** True where somebody asked for the account's uid: no other will do. */
  readonly isUidAsked: boolean;
  /** True where the plan's secret is the password. */
  readonly hasPassword: boolean;
}

/** What a part may look at: the store, and which roles this server has (`model/roles/`). */
export interface PartWorld extends Pick<Context, 'db' | 'inform'> {
  readonly roles: ReadonlySet<string>;
}

/** Each part returns the steps that it needs, and reads the store alone. Absent: it has nothing to do then. */
export interface AccountPart {
  readonly created?: (world: PartWorld, created: NewAccount) => Steps;
  /** Renamed, another domain, another address, other limits: whatever differs. */
  readonly changed?: (world: PartWorld, before: Account, after: Account) => Steps;
  readonly suspended?: (world: PartWorld, account: Account) => Steps;
  readonly unsuspended?: (world: PartWorld, account: Account) => Steps;
  readonly removed?: (world: PartWorld, account: Account) => Steps;
}

export type Steps = readonly PlannedStep[] | Promise<readonly PlannedStep[]>;
