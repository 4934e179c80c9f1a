import { changeRedirects } from '../../capabilities/mail/plans/change-redirects.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { ownDomainParam } from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'set_manual_mx_redirects',
  since: 90,
  summary: 'Send the mail of domains to other hosts, whatever their MX records say.',
  description: 'This concerns mail that this server sends or passes on. An IPv6 address is not accepted.',
  access: ['edit-mx'],
  effect: 'operates',
  role: ROLE,
  params: {
    domain: { ...ownDomainParam, required: true, list: true, doc: 'A domain of an account. Repeatable.' },
    mx_host: {
      type: 'string',
      required: true,
      list: true,
      maxLength: 253,
      doc: 'The hostname or the IPv4 address that gets the mail. One for each domain, in the same order.',
    },
  },
  returns: {
    payload: {
      map: { type: 'string|null' },
      keys: 'DOMAIN',
      doc: 'The former host of each domain. Null: there was none.',
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', mx_host: 'mx.example.net' },
      doc: 'Send mail for bob.example to mx.example.net.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain, mx_host }, context) {
    return { payload: await changeRedirects(context, domain, mx_host) };
  },
});
