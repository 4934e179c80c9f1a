// The interface of web server drivers. `apache/` implements it for Apache.
import type { AccountWeb } from '../../model/web/account-web.ts';
import type { DriverMachine, DriverStep } from '../step.ts';

export type { AccountWeb, WebCertificate, WebHost, WebPhp } from '../../model/web/account-web.ts';

/** What holds for all accounts. */
export interface WebServerOptions {
  /** The name of the server, for requests that name no known host. */
  readonly hostname: string;
}

export interface VirtualHostsDriver<Memento> {
  /**
   * Replaces all virtual hosts of an account. Null removes them. `former`: the account's name before, if it is renamed.
   * @throws TypeError for a malformed value.
   */
  change(username: string, after: AccountWeb | null, former?: string): DriverStep<Memento>;
  /** Removes the virtual hosts of an account, even if their file was edited by hand. */
  isServed(machine: DriverMachine): Promise<boolean>;
}
