import { clientHostOf } from '../../capabilities/mail/rules/client-host.ts';
import { assertDestination, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { addressOf, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { sendSettings } from '../../capabilities/mail/rules/sent-settings.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::dispatch_client_settings',
  since: 62,
  summary: 'Send the settings of a mailbox to an address.',
  description: 'The message does not contain the password. An account can send ten of them in an hour.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'changes',
  params: {
    account: mailboxUserParam,
    to: { type: 'string', required: true, maxLength: 254, doc: 'The address that gets the message.' },
  },
  returns: null,
  examples: [
    {
      args: { account: 'sales@bob.example', to: 'ann@world.example' },
      doc: 'Send the settings of sales to Ann.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler({ account, to }, context) {
    const { db, caller } = context;
    assertDestination('to', to);
    const login = await mailboxUser({ db, caller }, account);
    const address = await addressOf(db, login);
    const host = await clientHostOf(context, address.slice(address.lastIndexOf('@') + 1));
    await sendSettings(context, to, { login, address, host });
  },
});
