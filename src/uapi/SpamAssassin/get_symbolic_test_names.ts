import { lookAtTests } from '../../capabilities/mail/driver/spamassassin/look-tests.ts';
import { SPAM_FILTER, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SpamAssassin::get_symbolic_test_names',
  since: 70,
  summary: 'List the tests that SpamAssassin does.',
  description: 'SpamAssassin::update_user_preference can give each of them another score.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        key: { type: 'string', doc: 'The name of the test.' },
        rule_type: { type: 'string', doc: 'What it looks at: header, body, rawbody, full, uri, meta, rbl.' },
        score: { type: 'number', doc: 'Its score.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All tests, with their scores.', fails: 'host_failed' }],

  look: (_args, { machine }) => lookAtTests(machine),
  handler: (_args, _context, tests) => tests,
});
