// Suspends the websites of an account, or ends that: by a file that the web server looks for at each request. Virtual hosts
// of an earlier version, which do not look for it, are written again.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import type { DriverMachine } from '../../../../../ground/driver/step.ts';
import { isSuspended, setSuspended } from '../suspensions.ts';
import { virtualHosts } from '../virtual-hosts.ts';
import { stepOf, type WebChange } from './change.ts';

interface Memento {
  readonly wasSuspended: boolean;
  /** Absent if the web server looks for the file. */
  readonly rewritten?: FileMemento;
}

export default defineStep<WebChange, Memento>({
  kind: 'virtual-hosts/set-suspended',
  describe: ({ username, after }) =>
    after.isSuspended
      ? `Let the websites of “${username}” say that the account is suspended.`
      : `Let the websites of “${username}” answer again.`,
  async preview(machine, input) {
    if (await looksForIt(machine, input)) return [];
    return linesOfDiff(await stepOf(input).preview(machine));
  },
  async prepare(machine, input) {
    const wasSuspended = await isSuspended(machine, input.username);
    if (await looksForIt(machine, input)) return { wasSuspended };
    return { wasSuspended, rewritten: await stepOf(input).prepare(machine) };
  },
  async apply(machine, { input, memento: { rewritten } }) {
    if (rewritten !== undefined) await stepOf(input).apply(machine, rewritten);
    else await setSuspended(machine, input.username, input.after.isSuspended);
  },
  async undo(machine, { input, memento: { wasSuspended, rewritten } }) {
    if (rewritten !== undefined) await stepOf(input).undo(machine, rewritten);
    else await setSuspended(machine, input.username, wasSuspended);
  },
});

const looksForIt = (machine: DriverMachine, { username }: WebChange) =>
  virtualHosts.looksForSuspension(machine, username);
