// Replaces all virtual hosts of an account with those that it will have.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import type { AccountWeb, PrimaryType } from '../contract.ts';
import { virtualHosts } from '../virtual-hosts.ts';

export interface WebChange {
  readonly username: string;
  readonly after: AccountWeb;
  /** The account's name before, if it is renamed. */
  readonly former?: string;
  /** The ports on which it answered requests for unknown names before. */
  readonly primary?: readonly PrimaryType[];
  /** The wildcard subdomains that it had. */
  readonly wildcards?: readonly string[];
  /** The names of the mail policies that it had. */
  readonly policies?: readonly string[];
  /** The account is new: the step returns once the web server has accepted its virtual hosts. */
  readonly isNew?: true;
}

interface Written {
  /** True if a task must confirm that the web server uses the virtual hosts. */
  readonly isUnconfirmed: boolean;
}

export const stepOf = ({ username, after, former, primary, wildcards, policies, isNew }: WebChange) =>
  isNew === true
    ? virtualHosts.add(username, after)
    : virtualHosts.change(username, after, { former, primary, wildcards, policies });

export default defineStep<WebChange, FileMemento, Written>({
  kind: 'virtual-hosts/change',
  ...oneChange(stepOf),
  async apply(machine, { input, memento }) {
    await stepOf(input).apply(machine, memento);
    return { isUnconfirmed: input.isNew === true && (await machine.services()).isSupported };
  },
});
