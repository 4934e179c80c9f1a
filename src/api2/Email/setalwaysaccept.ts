import { lookForMailServers, setRouting } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  ownDomainParam,
  routedFields,
  routingParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::setalwaysaccept',
  since: null,
  summary: 'Set where the mail of a domain is kept.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    mxcheck: { ...routingParam, required: true },
    delivery: {
      type: 'string',
      doc: 'The delivery.',
      noEffectReason: '“mxcheck” says where the mail is kept.',
    },
  },
  returns: { fields: routedFields },
  examples: [
    {
      args: { domain: 'bob.example', mxcheck: 'remote' },
      doc: 'Another server keeps the mail of bob.example.',
    },
  ],

  look: ({ domain }, context) => lookForMailServers(context, domain),

  async handler({ domain, mxcheck: routing }, context, found) {
    const { plan, row } = await setRouting(context, { domain, routing }, found);
    context.plan(plan, () => [row]);
    return [row];
  },
});
