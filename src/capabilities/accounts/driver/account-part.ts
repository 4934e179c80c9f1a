// What a capability, such as DNS or mail, contributes to creating, changing and removing accounts. Its `account.ts`
// exports this.
import type { Context, FreeContext } from '../../../core/context.ts';
import type { Arguments, Params } from '../../../core/define.ts';
import type { Machine } from '../../../core/machine.ts';
import type { Lock, PlannedStep } from '../../../core/plan.ts';
import type { Copy } from '../../../ground/rules/machine-copies.ts';
import type { Account } from '../rules/accounts.ts';

export interface NewAccount {
  readonly account: Account;
  /** True if the caller requested this user ID, so that no other can be used. */
  readonly isUidAsked: boolean;
  /** True if the plan's secret is the password. */
  readonly hasPassword: boolean;
}

/** The caller's options, named like the parameters. Each capability adds its own (`declare module`). */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface PartWishes {}

/** The changes of accounts for which callers have options. */
export type Wished = 'created' | 'changed' | 'suspended';

/** Parameters of a function that makes such a change, such as `createacct`, and the wishes that they are. */
export interface PartParams {
  readonly params: Params;
  readonly wishesOf: (args: Readonly<Record<string, unknown>>) => PartWishes;
}

export function partParams<const P extends Params>(
  params: P,
  wishesOf: (args: Arguments<P>) => PartWishes,
): PartParams {
  return { params, wishesOf: (args) => wishesOf(args as Arguments<P>) };
}

/**
 * What the store’s part of a capability gets of a plan, besides the change (`capabilities/define.ts`). Each capability adds
 * its own. JSON: the names are stored in journals.
 */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface PartFacts {}

/** What parts read before the transaction begins. */
export interface PartSubject {
  /** The new main domain of the account. */
  readonly domain: string;
  /** The account that changes its domain. Undefined for a new account. */
  readonly username?: string;
  readonly wishes?: PartWishes;
}

/** What can be missing on the machine (`AccountPart.rebuilds`). Every other part depends on these two of this capability. */
export const USER = 'user';
export const HOME = 'home';

/** Something that the store has of an account, and that is not on the machine. */
export interface Missing {
  /** Empty for root. */
  readonly username: string;
  /** One of `AccountPart.rebuilds`. */
  readonly part: string;
  /** A noun: `the DNS zone “bob.example”`. */
  readonly what: string;
  /** `optional`: somebody may have removed it on purpose. `lost`: it cannot be created again. Default: neither. */
  readonly kind?: 'optional' | 'lost';
}

/** For looking at what is missing. */
export interface Looking extends Pick<FreeContext, 'transaction'> {
  readonly machine: Omit<Machine, 'ownCertificate'>;
  readonly roles: ReadonlySet<string>;
}

export type Copying = Pick<Looking, 'machine' | 'transaction'>;

/** What is needed to create something again. Each capability adds what its own `lookToRebuild` returns. */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface FoundToRebuild {}

/** What `look` returns. Each capability adds what its own `look` returns. */
export interface FoundByParts {
  readonly toRebuild?: FoundToRebuild;
}

/** What a part may use: the store, the roles of this server (`ground/rules/roles/`), and what was found on the machine. */
export interface PartDependencies extends Pick<
  Context,
  'db' | 'caller' | 'sealer' | 'system' | 'version' | 'now' | 'inform' | 'warn'
> {
  readonly roles: ReadonlySet<string>;
  readonly wishes: PartWishes;
  readonly found: FoundByParts;
}

/** Each method returns the steps that the part needs, and reads only the store. An absent method needs no steps. */
export interface AccountPart {
  readonly params?: Partial<Record<Wished, PartParams>>;
  /** Reads what `created` or `changed` need from the machine, while no transaction is open. */
  readonly look?: (
    context: FreeContext,
    roles: ReadonlySet<string>,
    subject: PartSubject,
  ) => Promise<FoundByParts>;
  /** Reads what a change of domains besides the main domain needs from the machine, while no transaction is open. */
  readonly lookForDomains?: (
    context: Pick<FreeContext, 'machine'>,
    roles: ReadonlySet<string>,
  ) => Promise<FoundByParts>;
  readonly created?: (context: PartDependencies, created: NewAccount) => PartPlan;
  /** For any change, before all parts change anything: what cannot stay while the user is renamed. */
  readonly released?: (context: PartDependencies, before: Account, after: Account) => PartPlan;
  /** For any change: the name, domain, address or limits. */
  readonly changed?: (context: PartDependencies, before: Account, after: Account) => PartPlan;
  readonly suspended?: (context: PartDependencies, account: Account) => PartPlan;
  readonly unsuspended?: (context: PartDependencies, account: Account) => PartPlan;
  readonly removed?: (context: PartDependencies, account: Account) => PartPlan;
  /** What of it can be missing on the machine, in the order in which it is created again. */
  readonly rebuilds?: readonly string[];
  /** What the machine lacks of these accounts. Changes nothing. */
  readonly missing?: (looking: Looking, accounts: readonly Account[]) => Promise<readonly Missing[]>;
  /** Reads what `rebuilt` needs from the machine, while no transaction is open. */
  readonly lookToRebuild?: (looking: Looking, part: string) => Promise<FoundToRebuild>;
  /** Creates again what is missing. What is there is not changed. */
  readonly rebuilt?: (context: PartDependencies, account: Account, part: string) => PartPlan;
  /** The same of what belongs to no account. */
  readonly ofRoot?: {
    readonly missing: (looking: Looking) => Promise<readonly Missing[]>;
    readonly rebuilt: (context: PartDependencies, part: string) => PartPlan;
  };
  /** What only the machine knows of these accounts, and of root, for a backup of the store. */
  readonly copied?: (looking: Copying, usernames: ReadonlySet<string>) => Promise<readonly Copy[]>;
  /**
   * Asks everything that could refuse the steps of `removed`, while no transaction is open. Changes nothing.
   * @throws MachineError, ApiError with the reason.
   */
  readonly assertRemovable?: (context: FreeContext, removal: RemovalSubject) => Promise<void>;
}

/** What `assertRemovable` is asked about. */
export interface RemovalSubject {
  readonly account: Account;
  readonly roles: ReadonlySet<string>;
  readonly wishes: PartWishes;
}

export interface PartWork {
  readonly steps: readonly PlannedStep[];
  readonly locks: readonly Lock[];
  /** The secret of the plan (`Plan.secret`). */
  readonly secret?: string | undefined;
  readonly facts?: PartFacts;
}

/** Steps without locks: the account's own lock is enough. */
export type PartPlan = readonly PlannedStep[] | PartWork | Promise<readonly PlannedStep[] | PartWork>;
