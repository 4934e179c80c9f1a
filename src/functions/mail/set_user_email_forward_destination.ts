import { readAliases } from '../../capabilities/mail/driver/exim/look-aliases.ts';
import { setSystemAlias } from '../../capabilities/mail/plans/set-system-alias.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  assertSystemUser,
  destinationsFrom,
  systemUserParam,
} from '../../capabilities/mail/rules/system-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'set_user_email_forward_destination',
  since: 52,
  summary: 'Set where mail for a user of the system goes.',
  description:
    'It changes the line of the user in /etc/aliases, which Exim reads at each message. Other lines stay.',
  access: 'root',
  role: ROLE,
  effect: 'operates',
  params: {
    user: systemUserParam,
    forward_to: {
      type: 'string',
      required: true,
      maxLength: 8192,
      doc: 'Addresses, or names of users of this server, with commas between them.',
    },
  },
  returns: null,
  examples: [{ args: { user: 'root', forward_to: 'admin@example.org' }, doc: 'Forward mail for root.' }],

  look: (_args, { machine }) => readAliases(machine),

  async handler({ user, forward_to: given }, { db, plan }, text) {
    await assertSystemUser(db, user);
    plan(setSystemAlias({ user, destinations: destinationsFrom(given) }, text));
  },
});
