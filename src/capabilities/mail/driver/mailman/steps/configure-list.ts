// Changes who gets notices about a list, and who can join.
import { defineStep } from '../../../../../core/plan.ts';
import { postingAddress } from '../../../rules/lists/addresses.ts';
import type { MailingList } from '../../../rules/state.ts';
import { configure } from '../lists.ts';

interface Input {
  readonly before: MailingList;
  readonly after: MailingList;
}

export default defineStep<Input>({
  kind: 'mailman/configure-list',
  describe: ({ after }) => `Change the settings of the mailing list “${postingAddress(after)}”.`,
  apply: (machine, { input: { after } }) => configure(machine, after),
  undo: (machine, { input: { before } }) => configure(machine, before),
});
