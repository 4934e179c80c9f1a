// The interface of web server drivers. `apache/` implements it for Apache.
import type { AccountWeb } from '../../rules/account-web.ts';
import type { PrimaryType } from '../../rules/primary-hosts.ts';
import type { Locking } from '../../../../ground/driver/each-account.ts';
import type { DriverMachine, DriverStep } from '../../../../ground/driver/step.ts';
import type { ModuleChanges } from './apache/modules.ts';

export type { WebPhp } from '../../../php/rules/served-by.ts';
export type { AccountWeb, WebHost } from '../../rules/account-web.ts';
export type { IndexType } from '../../rules/directory-indexes.ts';
export type { PrimaryType } from '../../rules/primary-hosts.ts';

/** What holds for all accounts. */
export interface WebServerOptions {
  /** The name of the server, for requests that name no known host. */
  readonly hostname: string;
  /** The group of the web server's processes. Default: that of Debian. */
  readonly group?: string;
  /** True if websites also send files of environment variables. */
  readonly sendsEnvFiles?: boolean;
}

/** How an account was served before a change. */
export interface ServedBefore {
  /** The account's name, if it is renamed. */
  readonly former?: string | undefined;
  /** The ports on which it answered requests for unknown names on the shared addresses. */
  readonly primary?: readonly PrimaryType[] | undefined;
  /** Its wildcard subdomains. */
  readonly wildcards?: readonly string[] | undefined;
  /** The names of its mail policies. */
  readonly policies?: readonly string[] | undefined;
}

export interface AccountChange {
  readonly username: string;
  readonly after: AccountWeb;
  readonly before?: ServedBefore | undefined;
}

/** The new files that the web server has rejected, and why. They are removed. */
export interface Confirmation {
  readonly removed: readonly { readonly path: string; readonly reason: string }[];
}

export interface ConfirmOptions {
  /** How long a reload that was requested may take. */
  readonly waitMs?: number;
  /** Reloads the web server in any case. */
  readonly isReloadNeeded?: boolean;
  /** Ends the wait for that reload. */
  readonly signal?: AbortSignal;
}

export interface VirtualHostsDriver<Memento> {
  /**
   * Replaces all virtual hosts of an account. Null removes them: applying it returns once no later reload of the web
   * server finds them. Until then visitors are refused, as those of a suspended account.
   * @throws TypeError for a malformed value.
   */
  change(username: string, after: AccountWeb | null, before?: ServedBefore): DriverStep<Memento>;
  /** Replaces the virtual hosts of several accounts with one reload. @throws TypeError for a malformed value. */
  changeSeveral(changes: readonly AccountChange[]): DriverStep<Memento>;
  /**
   * Writes the virtual hosts of a new account. Applying it returns once the web server has accepted them and will use
   * them soon; `confirm` waits until it does. If they replace others, it is the same as `change`.
   */
  add(username: string, web: AccountWeb): DriverStep<Memento>;
  /**
   * Waits until the web server uses all virtual hosts.
   * @throws MachineError `failed` if it cannot, with its reason.
   */
  confirm(machine: DriverMachine, locking: Locking, options?: ConfirmOptions): Promise<Confirmation>;
  /** Has the web server read all its files, in case a process ended before it did so. @throws MachineError `failed`. */
  reload(machine: DriverMachine): Promise<void>;
  /** The same for what `setUp` writes. */
  restart(machine: DriverMachine): Promise<void>;
  /** True if the virtual hosts of the account are there, and look for the file of a suspension at each request. */
  looksForSuspension(machine: DriverMachine, username: string): Promise<boolean>;
  /** The accounts that have virtual hosts. */
  usernames(machine: DriverMachine): Promise<ReadonlySet<string>>;
  /** Marks the account's files as ours, even if they were edited by hand, so that they can be removed. */
  adopt(machine: DriverMachine, username: string, wildcards?: readonly string[]): Promise<void>;
  /** Writes the configuration that holds for all accounts. @param restarts the web server must be restarted. */
  setUp(machine: DriverMachine, options: WebServerOptions, restarts: boolean): Promise<DriverStep<Memento>>;
  /** What the web server does for what `setUp` has changed, and why. Undefined: nothing. */
  needOf(memento: Memento): { readonly restarts: boolean; readonly why: string } | undefined;
  /** Why these changes of modules need a restart. Undefined: a reload is enough. */
  restartReason(changes: ModuleChanges): string | undefined;
  /**
   * Enables the modules that are missing, and disables those by which accounts could act as the web server. They change at
   * the next reload or restart. Nothing changes in a sandbox.
   * @throws MachineError `failed` if the configuration needs a module that is not safe. It stays as it was.
   */
  changeModules(machine: DriverMachine): Promise<ModuleChanges>;
  /** @throws MachineError `failed` unless the web server runs, and accepts what others have changed since it was read. */
  assertReady(machine: DriverMachine): Promise<void>;
  /**
   * Why the web server refuses what others have changed in its configuration since it last read it, with the file.
   * Undefined if it does not.
   */
  refusal(machine: DriverMachine): Promise<string | undefined>;
  /**
   * For a web server that has ended: takes the files of accounts out of its configuration that it rejects.
   * @returns a sentence for each file. @throws MachineError if it rejects something else.
   */
  setAside(machine: DriverMachine): Promise<readonly string[]>;
  /** The problems of the configuration, each as a sentence. Changes nothing. */
  examine(machine: DriverMachine): Promise<readonly string[]>;
}
