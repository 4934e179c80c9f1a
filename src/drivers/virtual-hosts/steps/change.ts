// Replaces all virtual hosts of an account with those that it will have.
import { defineStep } from '../../../core/plan.ts';
import type { FileMemento } from '../../file-driver.ts';
import type { AccountWeb, PrimaryType } from '../contract.ts';
import { virtualHosts } from '../virtual-hosts.ts';

export interface WebChange {
  readonly username: string;
  readonly after: AccountWeb;
  /** The account's name before, if it is renamed. */
  readonly former?: string;
  /** The ports on which it answered requests for unknown names before. */
  readonly primary?: readonly PrimaryType[];
}

const stepOf = ({ username, after, former, primary }: WebChange) =>
  virtualHosts.change(username, after, { former, primary });

export default defineStep<WebChange, FileMemento>({
  kind: 'virtual-hosts/change',
  describe: (input) => stepOf(input).description,
  async preview(machine, input) {
    const diff = await stepOf(input).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, input) => stepOf(input).prepare(machine),
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});
