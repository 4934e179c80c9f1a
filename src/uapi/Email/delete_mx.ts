import { lookForMailServers, removeMailServer } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  changedFields,
  changedRow,
  exchangerParam,
  ownDomainParam,
  priorityParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_mx',
  since: 42,
  summary: 'Remove a mail server (MX record) from a domain.',
  description: 'If the mail of the domain is kept “auto”, where it is kept follows the new MX records.',
  destructive: 'Mail that this server should receive is sent elsewhere.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    exchanger: { ...exchangerParam, required: true },
    priority: { ...priorityParam, required: true, doc: 'Its priority.' },
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: { domain: 'bob.example', exchanger: 'bob.example', priority: '0' },
      doc: 'Remove a mail server of bob.example.',
    },
  ],

  look: ({ domain }, context) => lookForMailServers(context, domain),

  async handler({ domain, exchanger, priority }, context, found) {
    const { plan, row } = await removeMailServer(context, { domain, exchanger, priority }, found);
    context.plan(plan, () => changedRow(row));
    return changedRow(row);
  },
});
