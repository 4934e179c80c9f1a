// Removes a list, with its members and the messages that wait.
import { defineStep } from '../../../../../core/plan.ts';
import { postingAddress } from '../../../rules/lists/addresses.ts';
import type { MailingList } from '../../../rules/state.ts';
import { remove } from '../lists.ts';

type Input = Pick<MailingList, 'localPart' | 'domain'>;

export default defineStep<Input>({
  kind: 'mailman/remove-list',
  describe: (list) => `Remove the mailing list “${postingAddress(list)}”, with its members.`,
  irreversible: 'at-once',
  apply: (machine, { input }) => remove(machine, input),
});
