// Prepares a machine for a role.
import type { Sealer } from '../../core/context.ts';
import type { Machine } from '../../core/machine.ts';
import type { TaskLogFile } from '../../core/task.ts';
import type { CertificateFile } from '../certificates/files.ts';
import type { AccountPools } from '../php-pools/driver.ts';
import type { DriverMachine } from '../step.ts';
import type { AccountWeb } from '../virtual-hosts/contract.ts';
import type { ServerSettings } from '../zones/contract.ts';

export interface RoleWork {
  readonly machine: Machine;
  readonly now: () => number;
  readonly nameServer: ServerSettings;
  /** What the web server serves for each account of this server. */
  readonly accountWebs: () => Promise<readonly AccountWeb[]>;
  /** The files of certificates that the virtual hosts need. */
  readonly siteCertificates: () => Promise<readonly CertificateFile[]>;
  readonly sealer: Sealer;
  /**
   * The pools of every account of this server, by release of PHP. `newest`: the version that becomes the server's
   * default if there is none yet.
   */
  readonly accountPools: (
    newest: string | undefined,
  ) => Promise<ReadonlyMap<string, readonly AccountPools[]>>;
  /** Adds a line to the log that administrators read. */
  readonly log: (line: string) => void;
  /** The file of this log, for the output of programs. */
  readonly output?: TaskLogFile;
  /** Also adds a line, about a change of the machine. */
  readonly changed: (line: string) => void;
}

export interface RoleDriver {
  /** The name in `model/roles/catalogue.ts`. */
  readonly role: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  /** systemd units to enable and start. */
  readonly units: readonly string[];
  /** Writes the base configuration. Can be repeated. */
  readonly configure: (work: RoleWork) => Promise<void>;
  /** The problems of the base configuration, each as a sentence. Changes nothing. Requires the packages. */
  readonly examine: (machine: DriverMachine) => Promise<readonly string[]>;
}
