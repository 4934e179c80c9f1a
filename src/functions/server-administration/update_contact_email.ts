import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';
import * as settings from '../../capabilities/settings/rules/settings.ts';

export default defineFunction({
  name: 'update_contact_email',
  since: 76,
  summary: 'Set the email address to which notifications are sent.',
  description:
    'It is the Tweak Setting CONTACTEMAIL of the module Basic. The server sends mail with the program sendmail, which every ' +
    'mail system of Debian provides.',
  access: 'root',
  effect: 'changes',
  params: { contact_email: form.contactEmail },
  returns: null,
  examples: [
    { args: { contact_email: 'admin@example.com' }, doc: 'Send notifications to admin@example.com.' },
  ],

  async handler({ contact_email: address }, context) {
    await settings.set(context, 'Basic', 'CONTACTEMAIL', address);
  },
});
