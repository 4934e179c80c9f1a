// Removes the virtual hosts of an account, even if their file was edited by hand.
import { defineStep } from '../../../core/plan.ts';
import type { FileMemento } from '../../file-driver.ts';
import { virtualHosts } from '../virtual-hosts.ts';

interface Input {
  readonly username: string;
}

const stepOf = ({ username }: Input) => virtualHosts.change(username, null);

export default defineStep<Input, FileMemento>({
  kind: 'virtual-hosts/remove',
  describe: (input) => stepOf(input).description,
  async prepare(machine, input) {
    await virtualHosts.adopt(machine, input.username);
    return stepOf(input).prepare(machine);
  },
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});
