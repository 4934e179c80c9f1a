import {
  lookAtDelivery,
  tracedDelivery,
  tracedFields,
} from '../../capabilities/mail/plans/own-mail/traced-delivery.ts';
import { MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::trace_delivery',
  since: 84,
  summary: 'Show where mail for an address would go.',
  description:
    'Exim’s own test of addresses, which sends nothing. It follows the forwarders of the account. An address of another ' +
    'account of this server is local_delivery, whether or not it exists.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    recipient: { type: 'string', required: true, maxLength: 254, doc: 'The address: sales@bob.example.' },
  },
  returns: { fields: tracedFields },
  examples: [
    {
      args: { recipient: 'sales@bob.example' },
      doc: 'Where mail for sales@bob.example goes.',
      fails: 'host_failed',
    },
  ],

  look: ({ recipient }, context) => lookAtDelivery(context, recipient),
  handler: ({ recipient }, context, ends) => tracedDelivery(context, recipient, ends),
});
