import { setListPrivacy } from '../../capabilities/mail/plans/own-mail/mailing-lists.ts';
import { LISTS, LISTS_ROLE, listParam, NO_ARCHIVE } from '../../capabilities/mail/rules/lists/list-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::set_list_privacy_options',
  since: 42,
  summary: 'Set whether a mailing list is advertised, and who can join.',
  feature: LISTS,
  role: LISTS_ROLE,
  effect: 'operates',
  params: {
    list: { ...listParam, required: true },
    advertised: { type: 'flag', required: true, doc: '1: Mailman names it to whoever asks for all lists.' },
    archive_private: {
      type: 'flag',
      required: true,
      doc: 'Whether only members read the archive.',
      noEffectReason: NO_ARCHIVE,
    },
    subscribe_policy: {
      type: 'string',
      required: true,
      values: ['1', '2', '3'],
      doc:
        '1: who joins confirms it by mail. 2: it is approved. 3: both. Only the server’s administrator can approve or add ' +
        'members, with “mailman addmembers”.',
    },
  },
  returns: null,
  examples: [
    {
      args: { list: 'news@bob.example', advertised: '0', archive_private: '1', subscribe_policy: '3' },
      doc: 'Nobody joins by mail alone.',
      setUp: ['Email::add_list'],
    },
  ],

  async handler({ list, advertised, subscribe_policy: policy }, context) {
    const wanted = {
      advertised: Number(advertised) === 1,
      subscribePolicy: policy === '2' ? 2 : policy === '3' ? 3 : 1,
    } as const;
    context.plan(await setListPrivacy(context, list, wanted));
  },
});
