import { changeRedirects } from '../../capabilities/mail/plans/change-redirects.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { ownDomainParam } from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'unset_manual_mx_redirects',
  since: 90,
  summary: 'Remove the redirects of domains’ mail to other hosts.',
  description: 'This concerns mail that this server sends or passes on.',
  access: ['edit-mx'],
  effect: 'operates',
  role: ROLE,
  params: {
    domain: { ...ownDomainParam, required: true, list: true, doc: 'A domain of an account. Repeatable.' },
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
      args: { domain: 'bob.example' },
      doc: 'Send mail for bob.example to its mail servers.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain }, context) {
    return { payload: await changeRedirects(context, domain, undefined) };
  },
});
