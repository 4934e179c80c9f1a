import { lookAtOwnUsage, usageRows } from '../../capabilities/mail/plans/own-mail/used-mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::getdiskusage',
  since: null,
  summary: 'Show the disk usage of a mailbox.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    domain: { ...domainParam, required: true, doc: 'The domain of the mailbox.' },
    login: { ...emailParam, required: true, doc: 'The user name of the mailbox: sales.' },
  },
  returns: {
    fields: {
      diskused: { type: 'string', doc: 'Mebibytes of mail.' },
      domain: { type: 'string', doc: 'The domain.' },
      login: { type: 'string', doc: 'The name for logins.' },
      user: { type: 'string', doc: 'The user name.' },
    },
  },
  examples: [
    { args: { domain: 'bob.example', login: 'sales' }, doc: 'How much mail sales@bob.example has.' },
  ],

  look: (_args, context) => lookAtOwnUsage(context),

  handler: async ({ domain, login: email }, context, usages) =>
    (await usageRows(context, { domain, email }, usages)).map(({ diskused, login, user }) => ({
      ...{ diskused: String(diskused), domain, login, user },
    })),
});
