import { emailParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::account_name',
  since: 42,
  summary: 'Show a mailbox’s name as a page would show it.',
  role: ROLE,
  effect: 'none',
  params: {
    account: { ...emailParam, doc: 'The mailbox. Empty: the account itself.' },
    display: {
      type: 'string',
      maxLength: 200,
      doc: 'What is shown for the account itself. Default: All Mail On Your Account.',
    },
  },
  emptyIsOmitted: true,
  returns: { type: 'string', doc: 'The name.' },
  examples: [{ args: { account: 'sales@bob.example' }, doc: 'The name of sales@bob.example.' }],

  handler: ({ account, display }) => account ?? display ?? 'All Mail On Your Account',
});
