// Gives the logs of an account that is renamed second names in the folder of its new name. The web server finds them
// below both names, so it can be reloaded at any time.
import { defineStep } from '../../../../../core/plan.ts';
import { removeLogs, shareLogs } from '../logs.ts';
import { domainLogs } from '../../../../../ground/driver/virtual-hosts/places.ts';

interface Input {
  readonly from: string;
  readonly to: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/share-logs',
  describe: ({ from, to }) => `Link the logs in “${domainLogs(from)}” into “${domainLogs(to)}”.`,
  apply: (machine, { input: { from, to } }) => shareLogs(machine, from, to),
  undo: (machine, { input: { to } }) => removeLogs(machine, to),
});
