import { defineUapi } from '../../core/define-uapi.ts';
import {
  createWebmailSession,
  HOW_TO_LOG_IN,
  sessionFields,
  sessionParams,
} from '../../capabilities/webmail/rules/webmail-sessions.ts';

export default defineUapi({
  name: 'Session::create_webmail_session_for_self',
  since: 86,
  summary: 'Create a session of webmail for the account.',
  description: HOW_TO_LOG_IN,
  feature: 'webmail',
  effect: 'changes',
  params: sessionParams,
  returns: { fields: sessionFields },
  examples: [{ args: { remote_address: '192.0.2.10' }, doc: 'A session for one client.' }],

  async handler({ remote_address: remoteAddress }, context) {
    return createWebmailSession(context, context.caller.user, remoteAddress);
  },
});
