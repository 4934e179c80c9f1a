import { destinationsIn, readAliases } from '../../capabilities/mail/driver/exim/look-aliases.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { systemUserParam } from '../../capabilities/mail/rules/system-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'get_user_email_forward_destination',
  since: 52,
  summary: 'Show where mail for a user of the system goes.',
  description: 'The list comes from /etc/aliases. It is empty if the mail stays on this server.',
  access: 'root',
  role: ROLE,
  effect: 'looks',
  params: { user: systemUserParam },
  returns: { forward_to: { list: { type: 'string', doc: 'An address.' }, doc: 'Where the mail goes.' } },
  examples: [{ args: { user: 'root' }, doc: 'Where mail for root goes.' }],

  handler: async ({ user }, { machine }) => ({
    forward_to: destinationsIn(await readAliases(machine), user),
  }),
});
