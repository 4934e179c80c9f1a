// Replaces all virtual hosts of several accounts, with one reload of the web server.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { virtualHosts } from '../virtual-hosts.ts';
import type { WebChange } from './change.ts';

interface Input {
  readonly accounts: readonly WebChange[];
}

const stepOf = ({ accounts }: Input) =>
  virtualHosts.changeSeveral(
    accounts.map(({ username, after, former, primary, wildcards }) => ({
      username,
      after,
      before: { former, primary, wildcards },
    })),
  );

export default defineStep<Input, FileMemento>({
  kind: 'virtual-hosts/change-several',
  describe: (input) => stepOf(input).description,
  async preview(machine, input) {
    const diff = await stepOf(input).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, input) => stepOf(input).prepare(machine),
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});
