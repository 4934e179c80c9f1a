import { addMailServer, lookForMailServers } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  alwaysAcceptParam,
  changedFields,
  changedRow,
  exchangerParam,
  ownDomainParam,
  priorityParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::add_mx',
  since: 42,
  summary: 'Add a mail server (MX record) to a domain.',
  description: 'If the mail of the domain is kept “auto”, where it is kept follows the new MX records.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    exchanger: { ...exchangerParam, required: true },
    priority: { ...priorityParam, required: true },
    alwaysaccept: alwaysAcceptParam,
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: { domain: 'bob.example', exchanger: 'mx.example.net', priority: '10' },
      doc: 'Add the mail server mx.example.net to bob.example.',
    },
  ],

  look: ({ domain, exchanger }, context) => lookForMailServers(context, domain, exchanger),

  async handler({ domain, exchanger, priority, alwaysaccept: isLocal }, context, found) {
    const { plan, row } = await addMailServer(context, { domain, exchanger, priority, isLocal }, found);
    context.plan(plan, () => changedRow(row));
    return changedRow(row);
  },
});
