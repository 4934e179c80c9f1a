// Removes the logs of an account’s websites, after the web server has closed them.
import { defineStep } from '../../../../../core/plan.ts';
import { makeLogFolder, removeLogs, shareLogs } from '../logs.ts';
import { domainLogs } from '../../../../../ground/driver/virtual-hosts/places.ts';

interface Input {
  readonly username: string;
  /** The new name of an account that was renamed, which has the same logs. */
  readonly renamedTo?: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/remove-logs',
  describe: ({ username }) => `Remove the folder of logs “${domainLogs(username)}”.`,
  apply: (machine, { input: { username } }) => removeLogs(machine, username),
  async undo(machine, { input: { username, renamedTo } }) {
    if (renamedTo !== undefined) await shareLogs(machine, renamedTo, username);
    // The logs are lost, but without their folder, Apache would reject the virtual hosts that are restored next.
    else await makeLogFolder(machine, username);
  },
});
