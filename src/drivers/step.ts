// One change of a daemon, as the journal carries it out: what is there is remembered before anything is touched.
import type { Machine } from '../core/machine.ts';

/** What drivers know of the machine. */
export type DriverMachine = Pick<Machine, 'files' | 'tools' | 'services'>;

/** Each of `prepare`, `apply` and `undo` can be repeated after the process was killed at any point of it. */
export interface DriverStep<Memento> {
  /** The same in every version of this program: `zone bob.example`. */
  readonly id: string;
  /** One plain sentence. */
  readonly description: string;
  /** What is there now, as JSON. Changes nothing. @throws MachineError if the change cannot be made. */
  prepare(machine: DriverMachine): Promise<Memento>;
  /** Returns once the daemon works with the change. If it throws, everything is as before, as far as that is possible. */
  apply(machine: DriverMachine, memento: Memento): Promise<void>;
  /** Also where `apply` was interrupted, or never ran. */
  undo(machine: DriverMachine, memento: Memento): Promise<void>;
  /** The change as a unified diff of each file; empty if nothing changes. */
  preview(machine: DriverMachine): Promise<string>;
}
