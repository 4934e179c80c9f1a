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
  name: 'Session::create_webmail_session_for_mail_user_check_password',
  since: 86,
  summary: 'Create a session of webmail for a mailbox of the account, if its password is right.',
  description: `A wrong password counts as a failed login. ${HOW_TO_LOG_IN}`,
  feature: 'webmail',
  effect: 'changes',
  params: {
    ...mailboxParams,
    password: { type: 'string', required: true, sensitive: true, doc: 'The password of the mailbox.' },
    ...sessionParams,
  },
  returns: { fields: sessionFields },
  examples: [
    {
      args: {
        login: 'sales',
        domain: 'bob.example',
        password: 'four unusual words, Xylophone',
        remote_address: '192.0.2.10',
      },
      doc: 'A session for sales@bob.example. An error if there is no such mailbox.',
      fails: 'not_found',
    },
  ],

  async look({ login, domain, password }, context) {
    const mailbox = await ownMailbox(context, { login, domain });
    await context.assertOwnPassword('password', password, {
      name: mailbox.address,
      check: async () => (await context.machine.users()).verifyHash(mailbox.hash, password),
    });
    return mailbox;
  },
  async handler({ remote_address: remoteAddress }, context, mailbox) {
    return createWebmailSession(context, context.caller.user, remoteAddress, mailbox);
  },
});
