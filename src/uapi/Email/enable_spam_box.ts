import { assertAvailable, changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_BOX, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::enable_spam_box',
  since: 70,
  summary: 'Deliver spam to a folder of each mailbox.',
  description:
    'The folder is INBOX.spam. Mail that fails the DMARC policy “quarantine” of its sender goes there, too. Replies and ' +
    'filters never see such mail. POP3 only shows the inbox.',
  feature: SPAM_BOX,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Keep spam out of the inboxes.' }],

  async handler(_args, context) {
    await assertAvailable(context);
    context.plan(await changeSpam(context, { box: true }));
  },
});
