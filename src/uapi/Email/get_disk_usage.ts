import { lookAtOwnUsage, usageRows } from '../../capabilities/mail/plans/own-mail/used-mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { notFound } from '../../core/errors.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { quote } from '../../core/quote.ts';

export default defineUapi({
  name: 'Email::get_disk_usage',
  since: 42,
  summary: 'Show the disk usage of a mailbox.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    domain: { ...domainParam, required: true, doc: 'The domain of the mailbox.' },
    user: { ...emailParam, required: true, doc: 'The user name of the mailbox: sales.' },
  },
  returns: {
    fields: {
      diskused: { type: 'number', doc: 'Mebibytes of mail.' },
      domain: { type: 'string', doc: 'The domain.' },
      login: { type: 'string', doc: 'The name for logins.' },
      user: { type: 'string', doc: 'The user name.' },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', user: 'sales' },
      doc: 'How much mail sales@bob.example has.',
      setUp: ['Email::add_pop'],
    },
  ],

  look: (_args, context) => lookAtOwnUsage(context),

  async handler({ domain, user }, context, usages) {
    const [row] = await usageRows(context, { domain, email: user }, usages);
    if (row === undefined)
      throw notFound(`There is no mailbox ${quote(user)} of “${domain}”. list_pops shows all.`);
    return { diskused: row.diskused, domain, login: row.login, user: row.user };
  },
});
