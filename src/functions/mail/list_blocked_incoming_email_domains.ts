import { listBlocked } from '../../capabilities/mail/rules/blocked-domains.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'list_blocked_incoming_email_domains',
  since: 84,
  summary: 'List the domains whose mail is refused.',
  description: 'The function block_incoming_email_from_domain adds to the list.',
  access: 'root',
  role: ROLE,
  effect: 'reads',
  list: 'domains',
  params: {},
  returns: {
    domains: {
      list: { fields: { domain: { type: 'string', doc: 'A domain.' } } },
      doc: 'The domains, sorted.',
    },
  },
  examples: [{ args: {}, doc: 'All of them.' }],

  handler: async (_args, { db }) => ({ domains: (await listBlocked(db)).map((domain) => ({ domain })) }),
});
