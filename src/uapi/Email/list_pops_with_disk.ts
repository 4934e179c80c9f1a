import { lookAtOwnUsage, usageRows } from '../../capabilities/mail/plans/own-mail/used-mailboxes.ts';
import {
  domainParam,
  emailParam,
  MAILBOXES,
  regexParam,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { usageFields } from '../../capabilities/mail/rules/usage-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

const without = (what: string) => `there is nothing to ${what} here.`;

export default defineUapi({
  name: 'Email::list_pops_with_disk',
  since: 42,
  summary: 'List the mailboxes of the account with their disk usage.',
  description: 'Without that of the account itself. The usage is what Dovecot has counted.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    domain: { ...domainParam, doc: 'Only the mailboxes of this domain.' },
    email: { ...emailParam, doc: 'Only this mailbox.' },
    regex: regexParam,
    get_restrictions: {
      type: 'flag',
      doc: 'Whether suspensions are listed.',
      noEffectReason: 'they always are.',
    },
    infinityimg: { type: 'string', doc: 'An image for “unlimited”.', noEffectReason: without('draw') },
    infinitylang: {
      type: 'flag',
      doc: 'Whether “unlimited” is translated.',
      noEffectReason: without('translate'),
    },
    maxaccounts: { type: 'integer', doc: 'The most rows.', noEffectReason: 'api.paginate limits the list.' },
    no_disk: { type: 'flag', doc: 'Whether the usage is left out.', noEffectReason: 'it costs nothing.' },
    no_validate: {
      type: 'flag',
      doc: 'Whether mailboxes are not looked at.',
      noEffectReason: without('check'),
    },
  },
  returns: { list: { fields: usageFields } },
  examples: [
    { args: { domain: 'bob.example' }, doc: 'The mailboxes of bob.example, and how full they are.' },
  ],

  look: (_args, context) => lookAtOwnUsage(context),
  handler: (args, context, usages) => usageRows(context, args, usages),
});
