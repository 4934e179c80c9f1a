// Creates a list. The plan’s secret is its password.
import { MachineError } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { postingAddress } from '../../../rules/lists/addresses.ts';
import type { MailingList } from '../../../rules/state.ts';
import { create, exists, remove } from '../lists.ts';

export default defineStep<MailingList>({
  kind: 'mailman/create-list',
  describe: (list) => `Create the mailing list “${postingAddress(list)}”.`,
  async prepare(machine, list) {
    if (!(await exists(machine, list))) return undefined;
    throw new MachineError(
      'failed',
      `Mailman already has a list “${postingAddress(list)}”, which was not created here. The server’s administrator can ` +
        'remove it with “mailman remove”.',
    );
  },
  apply: (machine, { input, secret }) => create(machine, input, secret),
  undo: (machine, { input }) => remove(machine, input),
});
