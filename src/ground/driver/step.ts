// One change of a daemon, as executed by the journal: the present state is recorded before anything is changed.
import type { Machine } from '../../core/machine.ts';
import type { Step } from '../../core/plan.ts';
import { linesOfDiff } from './diffs.ts';

/** What drivers can use of the machine. */
export type DriverMachine = Pick<Machine, 'files' | 'tools' | 'services'>;

/** `prepare`, `apply` and `undo` can each be repeated after the process was killed at any point. */
export interface DriverStep<Memento> {
  /** The same in every version of this program: `zone bob.example`. */
  readonly id: string;
  /** One plain sentence. */
  readonly description: string;
  /** Returns the present state as JSON. Changes nothing. @throws MachineError if the change cannot be made. */
  prepare(machine: DriverMachine): Promise<Memento>;
  /** Returns once the daemon uses the change. If it throws, everything has been restored as far as possible. */
  apply(machine: DriverMachine, memento: Memento): Promise<void>;
  /** Also works if `apply` was interrupted or never ran. */
  undo(machine: DriverMachine, memento: Memento): Promise<void>;
  /** The change as a unified diff of each file; empty if nothing changes. */
  preview(machine: DriverMachine): Promise<string>;
}

/** A step whose files are also written outside of the journal, by a task that is repeated after an interruption. */
export interface ReloadableStep<Memento> extends DriverStep<Memento> {
  /**
   * Makes the daemon use the files that are there. An earlier process may have ended between writing them and this.
   * @throws MachineError if the daemon does not work with them. They stay.
   */
  reload(machine: DriverMachine): Promise<void>;
}

type OneChange<Input, Memento> = Required<
  Pick<Step<Input, Memento, void>, 'describe' | 'preview' | 'prepare' | 'apply' | 'undo'>
>;

/** What a step of a plan does if it is one change of a daemon. */
export function oneChange<Input, Memento>(
  changeOf: (input: Input) => DriverStep<Memento>,
): OneChange<Input, Memento> {
  return {
    describe: (input) => changeOf(input).description,
    preview: async (machine, input) => linesOfDiff(await changeOf(input).preview(machine)),
    prepare: (machine, input) => changeOf(input).prepare(machine),
    apply: (machine, { input, memento }) => changeOf(input).apply(machine, memento),
    undo: (machine, { input, memento }) => changeOf(input).undo(machine, memento),
  };
}
