import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { setWelcomeMessage } from '../../capabilities/ftp/plans/set-welcome-message.ts';
import { ANONYMOUS_FEATURE, WELCOME } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { readWelcome } from '../../capabilities/ftp/rules/welcome.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::set_welcome_message',
  since: 42,
  summary: 'Set the message for visitors who use FTP without a password.',
  description: `It is written to the file ${WELCOME} in the home. FTP accounts do not see it.`,
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { message: { type: 'string', required: true, multiline: true, doc: 'The message.' } },
  returns: null,
  examples: [{ args: { message: 'Welcome!' }, doc: 'A short message.' }],

  look: (_args, context) => readWelcome(context),

  async handler({ message }, { db, caller, plan }, before) {
    plan(setWelcomeMessage(await accounts.getOwn(db, caller), before, message));
  },
});
