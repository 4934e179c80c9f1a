import { listMailServers, lookForMailServers } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { listedFields, ownDomainParam } from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_mxs',
  since: 42,
  summary: 'List the mail servers of the account’s domains, and where their mail is kept.',
  description: 'The MX records are those of the zone on this server, or else those in DNS.',
  feature: 'changemx',
  role: ROLE,
  effect: 'reads',
  params: { domain: { ...ownDomainParam, doc: 'The domain. Default: all domains of the account.' } },
  returns: { list: { fields: listedFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The mail servers of bob.example.' }],

  look: ({ domain }, context) => lookForMailServers(context, domain),

  handler: ({ domain }, context, found) => listMailServers(context, domain, found),
});
