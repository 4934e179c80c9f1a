import { defineUapi } from '../../core/define-uapi.ts';
import {
  createWebmailSession,
  HOW_TO_LOG_IN,
  mailboxParams,
  ownMailbox,
  sessionFields,
  sessionParams,
} from '../../capabilities/webmail/rules/webmail-sessions.ts';

export default defineUapi({
  name: 'Session::create_webmail_session_for_mail_user',
  since: 86,
  summary: 'Create a session of webmail for a mailbox of a domain of the account.',
  description: HOW_TO_LOG_IN,
  feature: 'webmail',
  effect: 'changes',
  params: { ...mailboxParams, ...sessionParams },
  returns: { fields: sessionFields },
  examples: [
    {
      args: { login: 'sales', domain: 'bob.example', remote_address: '192.0.2.10' },
      doc: 'A session for sales@bob.example. An error if there is no such mailbox.',
      fails: 'not_found',
    },
  ],

  async look({ login, domain }, context) {
    return ownMailbox(context, { login, domain });
  },
  async handler({ remote_address: remoteAddress }, context, mailbox) {
    return createWebmailSession(context, context.caller.user, remoteAddress, mailbox);
  },
});
