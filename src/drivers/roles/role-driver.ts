// How a machine is prepared for a role.
import type { Machine } from '../../core/machine.ts';
import type { DriverMachine } from '../step.ts';
import type { ServerSettings } from '../zones/contract.ts';

export interface RoleWork {
  readonly machine: Machine;
  readonly now: () => number;
  readonly nameServer: ServerSettings;
  /** Adds a line to the log that administrators read. */
  readonly log: (line: string) => void;
  /** The same, for what was changed on the machine. */
  readonly changed: (line: string) => void;
}

export interface RoleDriver {
  /** As `model/roles/catalogue.ts` has it. */
  readonly role: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Units of systemd that are enabled and started. */
  readonly units: readonly string[];
  /** Writes the base configuration. Can be repeated. */
  readonly configure: (work: RoleWork) => Promise<void>;
  /** What is wrong with the base configuration: a sentence each. Changes nothing. The packages are installed. */
  readonly examine: (machine: DriverMachine) => Promise<readonly string[]>;
}
