import { lookForMailServers, removeMailServer } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  changedFields,
  changedRow,
  exchangerParam,
  ownDomainParam,
  priorityParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::delmx',
  since: null,
  summary: 'Remove a mail server (MX record) from a domain.',
  destructive: 'Mail that this server should receive is sent elsewhere.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    exchange: { ...exchangerParam, required: true },
    preference: { ...priorityParam, required: true },
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: { domain: 'bob.example', exchange: 'bob.example', preference: '0' },
      doc: 'Remove a mail server of bob.example.',
    },
  ],

  look: ({ domain }, context) => lookForMailServers(context, domain),

  async handler({ domain, exchange: exchanger, preference: priority }, context, found) {
    const { plan, row } = await removeMailServer(context, { domain, exchanger, priority }, found);
    context.plan(plan, () => [changedRow(row)]);
    return [changedRow(row)];
  },
});
