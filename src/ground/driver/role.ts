// What a role of the server, such as DNS, needs on its machine.
import type { TaskContext, TaskLogFile } from '../../core/task.ts';
import type { LockingWork } from './each-account.ts';
import type { DriverMachine } from './step.ts';

export interface RoleWork extends Pick<
  TaskContext,
  'machine' | 'now' | 'sealer' | 'transaction' | 'randomBytes'
> {
  readonly locking: LockingWork;
  /** An earlier attempt may have ended between writing files and the reload of a daemon. */
  readonly isRetry: boolean;
  /** True if only the form of the files changes. The server has the roles, and visitors: nothing is restarted without need. */
  readonly isRenewal?: boolean;
  /** Adds a line to the log that administrators read. */
  readonly log: (line: string) => void;
  /** The file of this log, for the output of programs. */
  readonly output?: TaskLogFile;
  /** Also adds a line, about a change of the machine. */
  readonly changed: (line: string) => void;
}

export interface RoleDriver {
  /** The name in `ground/rules/roles/catalogue.ts`. */
  readonly role: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Debian packages that depend on what is installed, and that are installed if a repository has them. */
  readonly optionalPackages?: (machine: DriverMachine) => Promise<readonly string[]>;
  /** Answers to questions of the packages, as lines for debconf-set-selections(1). Otherwise the defaults are used. */
  readonly answers?: readonly string[];
  /**
   * Debian packages for the same work that cannot be installed at the same time. An administrator has chosen them, so they
   * are never removed: the role is rejected instead.
   */
  readonly rivals?: readonly string[];
  /** systemd units to enable and start. */
  readonly units: readonly string[];
  /** Writes the base configuration. Can be repeated. */
  readonly configure: (work: RoleWork) => Promise<void>;
  /**
   * Writes what belongs to accounts, each under its lock. Can be repeated. The role is already stored as active: a call
   * that begins later knows it, and one that began before has locked its account.
   */
  readonly writeAccounts?: (work: RoleWork) => Promise<void>;
  /** Gives back what `configure` has changed of other packages. Can be repeated. The server no longer has the role. */
  readonly release?: (work: RoleWork) => Promise<void>;
  /** The problems of the base configuration, each as a sentence. Changes nothing. Requires the packages. */
  readonly examine: (machine: DriverMachine) => Promise<readonly string[]>;
}
