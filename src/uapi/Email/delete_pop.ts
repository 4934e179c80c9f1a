import { removeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_pop',
  since: 42,
  summary: 'Remove a mailbox, with its mail.',
  description: 'Its sessions end. Forwarders of the address stay.',
  destructive: 'Nothing of its mail is kept.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: {
    email: { ...emailParam, required: true },
    domain: domainParam,
    flags: { type: 'string', doc: 'What else happens.', noEffectReason: 'the mail is always removed.' },
    skip_quota: {
      type: 'flag',
      doc: 'Whether the disk usage is not counted again.',
      noEffectReason: 'it is counted when it is read.',
    },
  },
  returns: null,
  examples: [
    {
      args: { email: 'sales', domain: 'bob.example' },
      doc: 'Remove sales@bob.example.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler({ email, domain }, context) {
    context.plan(await removeMailbox(context, { email, domain }));
  },
});
