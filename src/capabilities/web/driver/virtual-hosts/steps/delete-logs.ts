// Deletes the logs of the websites of an account that is removed, after the web server has closed them.
import { defineStep } from '../../../../../core/plan.ts';
import { removeLogs } from '../logs.ts';
import { domainLogs } from '../../../../../ground/driver/virtual-hosts/places.ts';

export default defineStep<{ readonly username: string }>({
  kind: 'virtual-hosts/delete-logs',
  irreversible: 'piecemeal',
  describe: ({ username }) => `Remove the folder of logs “${domainLogs(username)}”.`,
  apply: (machine, { input: { username } }) => removeLogs(machine, username),
});
