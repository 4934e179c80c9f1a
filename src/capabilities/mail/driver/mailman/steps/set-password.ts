// Sets the password with which messages of a list are approved. The plan’s secret is the password.
import { defineStep } from '../../../../../core/plan.ts';
import { postingAddress } from '../../../rules/lists/addresses.ts';
import type { MailingList } from '../../../rules/state.ts';
import { setPassword } from '../lists.ts';

type Input = Pick<MailingList, 'localPart' | 'domain'>;

export default defineStep<Input>({
  kind: 'mailman/set-password',
  describe: (list) => `Set the password of the mailing list “${postingAddress(list)}”.`,
  apply: (machine, { input, secret }) => setPassword(machine, input, secret),
});
