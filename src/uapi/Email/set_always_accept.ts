import { lookForMailServers, setRouting } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  ownDomainParam,
  routedFields,
  routingParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::set_always_accept',
  since: 42,
  summary: 'Set where the mail of a domain is kept.',
  description: 'The MX records are not changed.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    mxcheck: { ...routingParam, doc: `${routingParam.doc} Default: “alwaysaccept”, otherwise auto.` },
    alwaysaccept: { ...routingParam, doc: 'The same, under another name.' },
  },
  returns: { fields: routedFields },
  examples: [
    {
      args: { domain: 'bob.example', mxcheck: 'remote' },
      doc: 'Another server keeps the mail of bob.example.',
    },
  ],

  look: ({ domain }, context) => lookForMailServers(context, domain),

  async handler({ domain, mxcheck, alwaysaccept }, context, found) {
    const routing = mxcheck ?? alwaysaccept ?? 'auto';
    const { plan, row } = await setRouting(context, { domain, routing }, found);
    context.plan(plan, () => row);
    return row;
  },
});
