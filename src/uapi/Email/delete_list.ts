import { deleteList } from '../../capabilities/mail/plans/own-mail/mailing-lists.ts';
import { LISTS, LISTS_ROLE, listParam } from '../../capabilities/mail/rules/lists/list-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_list',
  since: 42,
  summary: 'Remove a mailing list.',
  destructive: 'Its members and the messages that wait are lost.',
  feature: LISTS,
  role: LISTS_ROLE,
  effect: 'operates',
  params: { list: { ...listParam, required: true } },
  returns: null,
  examples: [
    {
      args: { list: 'news@bob.example' },
      doc: 'Remove news@bob.example.',
      setUp: ['Email::add_list'],
    },
  ],

  async handler({ list }, context) {
    context.plan(await deleteList(context, list));
  },
});
