import { changeRedirects } from '../../capabilities/mail/plans/change-redirects.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { ownDomainParam } from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::unset_manual_mx_redirects',
  since: 96,
  summary: 'Remove the redirects of domains’ mail to other hosts.',
  description: 'This concerns mail that this server sends or passes on.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true, list: true, doc: 'A domain of an account. Repeatable.' },
  },
  returns: {
    map: { type: 'string|null' },
    keys: 'DOMAIN',
    doc: 'The former host of each domain. Null: there was none.',
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Send mail for bob.example to its mail servers.' }],

  handler: ({ domain }, context) => changeRedirects(context, domain, undefined),
});
