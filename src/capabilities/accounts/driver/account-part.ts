// What a capability, such as DNS or mail, contributes to creating, changing and removing accounts. Its `account.ts`
// exports this.
import type { Context, FreeContext } from '../../../core/context.ts';
import type { Machine } from '../../../core/machine.ts';
import type { Lock, PlannedStep } from '../../../core/plan.ts';
import type { Account } from '../rules/accounts.ts';
import type { HostPhp } from '../../php/rules/settings.ts';
import type { NewWebCertificate } from '../../web/rules/account-web.ts';
import type { CustomTemplates } from '../../dns/driver/zones/custom-templates.ts';
import type { FoundForAccount } from '../../dns/driver/zones/look.ts';

export interface NewAccount {
  readonly account: Account;
  /** True if the caller requested this user ID, so that no other can be used. */
  readonly isUidAsked: boolean;
  /** True if the plan's secret is the password. */
  readonly hasPassword: boolean;
}

/** The caller's options for parts, named like the parameters. */
export interface PartWishes {
  /** Replace an existing DNS zone. */
  readonly forcedns?: boolean;
  /** Use the nameservers that the domain has at its registrar. */
  readonly useregns?: boolean;
  /** Take over the existing DNS zone of the domain from the account with this address. */
  readonly takesZoneFrom?: string;
  /** The PHP settings of the website. Default: those of a new virtual host. */
  readonly php?: HostPhp;
  /** Keep the DNS zones. */
  readonly keepdns?: boolean;
}

/** What parts read before the transaction begins. */
export interface PartSubject {
  /** The new main domain of the account. */
  readonly domain: string;
  /** The account that changes its domain. Undefined for a new account. */
  readonly username?: string;
  readonly wishes?: PartWishes;
}

/** What can be missing on the machine, in the order in which it is created again. */
export const rebuiltParts = ['user', 'home', 'zones', 'mysql', 'postgresql', 'web'] as const;
export type RebuiltPart = (typeof rebuiltParts)[number];

/** Something that the store has of an account, and that is not on the machine. */
export interface Missing {
  readonly username: string;
  readonly part: RebuiltPart;
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

/** What is needed to create something again. */
export interface FoundToRebuild {
  /** The names of the machine's zones, and the custom templates. */
  readonly zones?: { readonly present: ReadonlySet<string>; readonly templates: CustomTemplates };
  /** True if limits of disk space are enforced. */
  readonly hasQuota?: boolean;
  /** The newest installed version of PHP: `ea-php84`. */
  readonly newestPhp?: string | undefined;
  /** The names that the server of an engine has. */
  readonly databases?: {
    readonly databases: ReadonlySet<string>;
    readonly users: ReadonlySet<string>;
  };
}

export interface FoundByParts {
  /** The newest installed version: `ea-php84`. Undefined if there is none. */
  readonly php?: { readonly newest: string | undefined };
  readonly zones?: FoundForAccount;
  /** Why the web server, and PHP-FPM, do not read a configuration with a new account. */
  readonly webRefusal?: string;
  readonly phpRefusals?: readonly string[];
  readonly toRebuild?: FoundToRebuild;
  /** The .htaccess files that change with the name or the domain. */
  readonly accessFiles?: readonly ChangedAccessFile[];
}

export interface ChangedAccessFile {
  /** Absolute. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What a part may use: the store, the roles of this server (`ground/rules/roles/`), and what was found on the machine. */
export interface PartDependencies extends Pick<
  Context,
  'db' | 'caller' | 'sealer' | 'system' | 'version' | 'now' | 'inform' | 'warn'
> {
  readonly roles: ReadonlySet<string>;
  readonly wishes: PartWishes;
  readonly found: FoundByParts;
  /** The new certificates of virtual hosts, by servername: the capability `certificates` adds them for the later parts. */
  readonly certificates: Map<string, NewWebCertificate>;
}

/** Each method returns the steps that the part needs, and reads only the store. An absent method needs no steps. */
export interface AccountPart {
  /** Reads what `created` or `changed` need from the machine, while no transaction is open. */
  readonly look?: (
    context: Pick<FreeContext, 'machine' | 'transaction'>,
    roles: ReadonlySet<string>,
    subject: PartSubject,
  ) => Promise<FoundByParts>;
  readonly created?: (world: PartDependencies, created: NewAccount) => PartPlan;
  /** For any change, before all parts change anything: what cannot stay while the user is renamed. */
  readonly released?: (world: PartDependencies, before: Account, after: Account) => PartPlan;
  /** For any change: the name, domain, address or limits. */
  readonly changed?: (world: PartDependencies, before: Account, after: Account) => PartPlan;
  readonly suspended?: (world: PartDependencies, account: Account) => PartPlan;
  readonly unsuspended?: (world: PartDependencies, account: Account) => PartPlan;
  readonly removed?: (world: PartDependencies, account: Account) => PartPlan;
  /** What the machine lacks of these accounts. Changes nothing. */
  readonly missing?: (looking: Looking, accounts: readonly Account[]) => Promise<readonly Missing[]>;
  /** Reads what `rebuilt` needs from the machine, while no transaction is open. */
  readonly lookToRebuild?: (looking: Looking, part: RebuiltPart) => Promise<FoundToRebuild>;
  /** Creates again what is missing. What is there is not changed. */
  readonly rebuilt?: (world: PartDependencies, account: Account, part: RebuiltPart) => PartPlan;
  /**
   * Asks everything that could refuse the steps of `removed`, while no transaction is open. Changes nothing.
   * @throws MachineError, ApiError with the reason.
   */
  readonly assertRemovable?: (
    context: Pick<FreeContext, 'machine' | 'sealer' | 'transaction'>,
    removal: RemovalSubject,
  ) => Promise<void>;
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
}

/** Steps without locks: the account's own lock is enough. */
export type PartPlan = readonly PlannedStep[] | PartWork | Promise<readonly PlannedStep[] | PartWork>;
