// Sets the message for anonymous visitors.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import makeFolders from '../../access-files/driver/steps/make-folders.ts';
import write from '../../access-files/driver/steps/write.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { PUBLIC_FOLDER, WELCOME } from '../rules/anonymous.ts';

const change = defineChange<null>({
  kind: 'set-welcome-message',
  // The account's file alone has it.
  store: async () => undefined,
});
export default change;

export function setWelcomeMessage(
  { username, home }: Pick<Account, 'username' | 'home'>,
  before: string,
  after: string,
): Plan {
  return change.plan(null, {
    locks: [exclusive(`account ${username}`)],
    steps: [
      makeFolders.plan({ name: username, folders: [`${home}/${PUBLIC_FOLDER}`] }),
      write.plan({ name: username, files: [{ path: WELCOME, before, after }] }),
    ],
  });
}
