import {
  BYTES_IN_MEBIBYTE,
  domainParam,
  emailParam,
  getMailbox,
  MAILBOXES,
  ownAddress,
  ownMail,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_pop_quota',
  since: 42,
  summary: 'Show the quota of a mailbox.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    email: { ...emailParam, required: true },
    domain: domainParam,
    as_bytes: { type: 'flag', default: 0, doc: '1: in bytes. 0: in mebibytes.' },
  },
  returns: { type: 'any', doc: 'The quota, or “unlimited”.' },
  examples: [
    {
      args: { email: 'sales', domain: 'bob.example' },
      doc: 'The quota of sales@bob.example.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler({ email, domain, as_bytes: inBytes }, context) {
    const owner = await ownMail(context);
    const state = await readState(context.db, owner.account.username);
    const { quota } = getMailbox(state, ownAddress(owner, { email, domain }));
    if (quota === null) return 'unlimited';
    return inBytes ? quota : Math.floor(quota / BYTES_IN_MEBIBYTE);
  },
});
