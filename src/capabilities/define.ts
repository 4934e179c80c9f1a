// What the rest of the program may know of a capability: its `capability.ts` says it. Its functions, plans, steps, tasks and
// checks are registered by their files.
import type { Db, Sealer } from '../core/context.ts';
import type { StepResult } from '../core/plan.ts';
import type { RoleDriver } from '../ground/driver/role.ts';
import type { AccountPart, PartFacts } from './accounts/driver/account-part.ts';
import type { DaemonFile } from './certificates/driver/service-certificates/daemon-files.ts';
import type { Account } from './accounts/rules/accounts.ts';
import type { HostedDomain } from './domains/rules/hosted-domains.ts';
import type { Renames } from './domains/rules/renamed-domains.ts';

export interface Capability {
  /** The name of its folder. */
  readonly name: string;
  /** The roles of a server that it provides. */
  readonly roles?: readonly RoleDriver[];
  /** What it contributes to an account on the machine, in this order. */
  readonly parts?: readonly AccountPart[];
  /** The same, after the parts of all capabilities: what nobody uses any longer. */
  readonly retired?: readonly AccountPart[];
  /** The certificates of its daemons, which `install_service_ssl_certificate` replaces. */
  readonly certificateFiles?: readonly DaemonFile[];
  /** Its tables with rows of a user. They are deleted with the user, and get the user’s new name. */
  readonly rows?: readonly UserRows[];
  /** What it stores when an account changes. */
  readonly stored?: StoredPart;
}

export interface UserRows {
  readonly table: string;
  /** The column with the user’s name. Default: `username`. */
  readonly column?: 'username' | 'owner';
  /**
   * `deleted`: they are only good under the former name. `sealed`: they contain secrets that are bound to the name, and
   * `stored.renamed` renames them. Default: the column gets the new name.
   */
  readonly whenRenamed?: 'deleted' | 'sealed';
}

/**
 * Each method runs in the transaction that stores the outcome of a change, after the steps on the machine. The capabilities
 * are asked in their order.
 */
export interface StoredPart {
  /** The account is stored already. */
  readonly created?: (db: Db, created: CreatedAccount, outcome: Outcome) => Promise<void>;
  /** The user has another name, also in `rows`. @throws ApiError `key_lost`. */
  readonly renamed?: (db: Db, names: { from: string; to: string }, outcome: Outcome) => Promise<void>;
  /** A domain has another name. The account is still stored with its former main domain. */
  readonly domainRenamed?: (db: Db, renamed: RenamedDomain, outcome: Outcome) => Promise<void>;
  /** For any change: the name, domain, address or limits. The changed account is stored already. */
  readonly changed?: (db: Db, changed: ChangedAccount, outcome: Outcome) => Promise<void>;
  readonly domainAdded?: (db: Db, added: OwnedDomain, outcome: Outcome) => Promise<void>;
  readonly domainRemoved?: (db: Db, removed: OwnedDomain, outcome: Outcome) => Promise<void>;
  /** After all domains that a change adds and removes. */
  readonly domainsChanged?: (db: Db, changed: ChangedDomains, outcome: Outcome) => Promise<void>;
  /** A part of an account, or of root, was created again that the machine had lost. */
  readonly rebuilt?: (db: Db, rebuilt: RebuiltPart, outcome: Outcome) => Promise<void>;
  readonly suspended?: (db: Db, suspended: SuspendedAccount, outcome: Outcome) => Promise<void>;
  /** The account and `rows` are still stored. */
  readonly removed?: (db: Db, account: Account, outcome: Outcome) => Promise<void>;
  /** What a user without an account has too, besides `rows`. */
  readonly forgotten?: (db: Db, username: string) => Promise<void>;
}

export interface Outcome {
  /** What the steps returned. */
  readonly results: readonly StepResult[];
  readonly sealer: Sealer;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** With the facts of the parts, here and below. */
export interface CreatedAccount extends PartFacts {
  readonly account: Account;
  readonly isReseller: boolean;
}

export interface SuspendedAccount extends PartFacts {
  /** As it was before. */
  readonly account: Account;
}

export interface RebuiltPart extends PartFacts {
  /** Empty for root. */
  readonly username: string;
  /** One of `AccountPart.rebuilds`. */
  readonly part: string;
}

export interface RenamedDomain {
  readonly username: string;
  readonly from: string;
  readonly to: string;
}

export interface OwnedDomain {
  readonly username: string;
  readonly domain: HostedDomain;
}

export interface ChangedDomains extends PartFacts {
  readonly username: string;
  readonly added: readonly HostedDomain[];
}

/** Capabilities add what the plan of a change tells them (`declare module`). */
export interface ChangedAccount {
  readonly before: Account;
  readonly after: Account;
  /** The domains that have other names. */
  readonly renames: Renames;
}

export function defineCapability(capability: Capability): Capability {
  return capability;
}
