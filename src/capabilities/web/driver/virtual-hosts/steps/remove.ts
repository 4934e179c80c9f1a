// Removes the virtual hosts of an account, even if their file was edited by hand.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import type { PrimaryType } from '../contract.ts';
import { virtualHosts } from '../virtual-hosts.ts';

interface Input {
  readonly username: string;
  /** The ports on which it answers requests for unknown names. */
  readonly primary?: readonly PrimaryType[];
  /** Its wildcard subdomains. */
  readonly wildcards?: readonly string[];
  /** The names of its mail policies. */
  readonly policies?: readonly string[];
}

const stepOf = ({ username, primary, wildcards, policies }: Input) =>
  virtualHosts.change(username, null, { primary, wildcards, policies });

interface Removed {
  /** True if a task must confirm that the web server no longer uses the virtual hosts. */
  readonly isUnconfirmed: boolean;
}

export default defineStep<Input, FileMemento, Removed>({
  kind: 'virtual-hosts/remove',
  describe: (input) => stepOf(input).description,
  async prepare(machine, input) {
    await virtualHosts.adopt(machine, input.username, input.wildcards);
    return stepOf(input).prepare(machine);
  },
  async apply(machine, { input, memento }) {
    await stepOf(input).apply(machine, memento);
    return { isUnconfirmed: (await machine.services()).isSupported };
  },
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});
