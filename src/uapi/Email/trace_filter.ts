import { traceFilters } from '../../capabilities/mail/plans/own-mail/traced-filters.ts';
import { filterAccountParam, FILTERS, ROLE } from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::trace_filter',
  since: 42,
  summary: 'Show what filters would do with a message.',
  description:
    'Nothing is delivered. The trace is that of Dovecot’s sieve-test(1): each test, and then the actions. Scripts that ' +
    'a mailbox has by ManageSieve are not run.',
  feature: FILTERS,
  role: ROLE,
  effect: 'reads',
  params: {
    msg: {
      type: 'string',
      required: true,
      maxLength: 256 * 1024,
      multiline: true,
      doc: 'The message, with its header: lines such as “Subject: order”, an empty line, then the text.',
    },
    account: {
      ...filterAccountParam,
      doc: 'The mailbox that gets the message. Default: that of the account itself.',
    },
  },
  returns: { fields: { trace: { type: 'string', doc: 'What the filters did, in lines.' } } },
  examples: [{ args: { msg: 'Subject: order\n\nA book.' }, doc: 'What happens to an order.' }],

  look: (args, context) => traceFilters(context, args),
  handler: (_args, _context, trace) => ({ trace }),
});
