import { ANONYMOUS_FEATURE, WELCOME } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { readWelcome } from '../../capabilities/ftp/rules/welcome.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::get_welcome_message',
  since: 42,
  summary: 'Show the message for visitors who use FTP without a password.',
  description: `It is the file ${WELCOME} in the home.`,
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: { type: 'string', doc: 'The message. Empty if there is none.' },
  examples: [{ args: {}, doc: 'The message.' }],

  handler: (_args, context) => readWelcome(context),
});
