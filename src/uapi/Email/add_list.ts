import { addList } from '../../capabilities/mail/plans/own-mail/mailing-lists.ts';
import { domainParam } from '../../capabilities/mail/rules/email-form.ts';
import { LISTS, LISTS_ROLE, listParam } from '../../capabilities/mail/rules/lists/list-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password as passwordParam, rateFirst } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Email::add_list',
  since: 42,
  summary: 'Create a mailing list.',
  description:
    'People join and leave by mail to its addresses news-join@bob.example and news-leave@bob.example, and confirm it. Mail ' +
    'of members goes to all members. Other mail waits, and the account gets it with an explanation: a reply discards it, ' +
    'and a reply whose header, or whose first line, is “Approved: PASSWORD” sends it. Nothing is archived, and there are ' +
    'no web pages for the list.',
  feature: LISTS,
  role: LISTS_ROLE,
  effect: 'operates',
  params: {
    list: { ...listParam, required: true },
    domain: { ...domainParam, required: true, doc: 'The domain of the list.' },
    password: { ...passwordParam, required: true, doc: 'With which its owner approves messages.' },
    private: {
      type: 'flag',
      default: 0,
      doc:
        '1: it is not advertised, and nobody joins without approval. Only the server’s administrator can approve or add ' +
        'members, with “mailman addmembers”.',
    },
    rebuildonly: {
      type: 'flag',
      default: 0,
      doc: 'Write the settings of a list again.',
      noEffectReason: 'a list is created with all of its settings.',
    },
  },
  returns: null,
  examples: [
    {
      args: { list: 'news', domain: 'bob.example', password: 'correct horse battery staple 7' },
      doc: 'Create news@bob.example.',
    },
  ],

  look: ({ list, password }, context) => rateFirst(context, password, [context.caller.user, list]),

  async handler({ list, domain, password, private: isPrivate }, context, rated) {
    context.plan(
      await addList(context, { list, domain, password, isPrivate: Number(isPrivate) === 1 }, rated),
    );
  },
});
