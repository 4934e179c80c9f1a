import { setListPassword } from '../../capabilities/mail/plans/own-mail/mailing-lists.ts';
import { LISTS, LISTS_ROLE, listParam } from '../../capabilities/mail/rules/lists/list-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password as passwordParam, rateFirst } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Email::passwd_list',
  since: 42,
  summary: 'Set the password with which messages of a mailing list are approved.',
  description: 'See Email::add_list.',
  feature: LISTS,
  role: LISTS_ROLE,
  effect: 'operates',
  params: { list: { ...listParam, required: true }, password: { ...passwordParam, required: true } },
  returns: null,
  examples: [
    {
      args: { list: 'news@bob.example', password: 'another horse battery staple 8' },
      doc: 'A new password for news@bob.example.',
      setUp: ['Email::add_list'],
    },
  ],

  look: ({ list, password }, context) => rateFirst(context, password, [context.caller.user, list]),

  async handler({ list, password }, context, rated) {
    context.plan(await setListPassword(context, list, password, rated));
  },
});
