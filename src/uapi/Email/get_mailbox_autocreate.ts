import {
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
  name: 'Email::get_mailbox_autocreate',
  since: 78,
  summary: 'Show whether mail creates the folder that its address names.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'integer', doc: '1: it does, for example for sales+shop@bob.example. 0: it does not.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Whether mail for sales+shop@bob.example creates a folder.',
      setUp: [
        {
          command: 'Email::add_pop',
          args: { email: 'sales', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler({ email }, context) {
    const owner = await ownMail(context);
    const state = await readState(context.db, owner.account.username);
    return getMailbox(state, ownAddress(owner, { email })).createsFolders ? 1 : 0;
  },
});
