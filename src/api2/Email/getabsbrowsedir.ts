import { mailFolder } from '../../capabilities/mail/plans/own-mail/browsed-mailbox.ts';
import { emailParam, MAILBOXES, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::getabsbrowsedir',
  since: null,
  summary: 'Show the directory of a mailbox.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    account: { ...emailParam, doc: 'The mailbox: sales@bob.example. Default: that of the account itself.' },
  },
  returns: { fields: { absdir: { type: 'string', doc: 'The absolute path of its directory.' } } },
  examples: [{ args: {}, doc: 'The directory of the account’s own mail.' }],

  async handler({ account }, context) {
    const { home } = (await ownMail(context)).account;
    return [{ absdir: `${home}/${await mailFolder(context, account)}` }];
  },
});
