import { assertListsOn, LISTS } from '../../capabilities/mail/rules/lists/list-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::count_lists',
  since: 82,
  summary: 'Count the mailing lists of the account.',
  feature: LISTS,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The number of mailing lists.' },
  examples: [{ args: {}, doc: 'How many mailing lists the account has.' }],

  async handler(_args, { db, caller }) {
    await assertListsOn({ db });
    return (await readState(db, caller.user)).lists.length;
  },
});
