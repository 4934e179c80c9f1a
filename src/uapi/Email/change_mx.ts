import { changeMailServer, lookForMailServers } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
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
  name: 'Email::change_mx',
  since: 42,
  summary: 'Change a mail server (MX record) of a domain.',
  description: 'If the mail of the domain is kept “auto”, where it is kept follows the new MX records.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    oldexchanger: {
      ...exchangerParam,
      required: true,
      doc: 'The hostname of the mail server that is changed.',
    },
    oldpriority: { ...priorityParam, doc: 'Its priority, if the domain has it several times.' },
    exchanger: { ...exchangerParam, required: true, doc: 'The new hostname.' },
    priority: {
      ...priorityParam,
      required: true,
      doc: 'The new priority. Servers with lower numbers are tried first.',
    },
    alwaysaccept: alwaysAcceptParam,
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: {
        domain: 'bob.example',
        oldexchanger: 'bob.example',
        exchanger: 'mx.example.net',
        priority: '10',
      },
      doc: 'Have mx.example.net receive the mail of bob.example.',
    },
  ],

  look: ({ domain, exchanger }, context) => lookForMailServers(context, domain, exchanger),

  async handler(args, context, found) {
    const { domain, exchanger, priority, oldexchanger, oldpriority, alwaysaccept: isLocal } = args;
    const change = { domain, exchanger, priority, oldexchanger, oldpriority, isLocal };
    const { plan, row } = await changeMailServer(context, change, found);
    context.plan(plan, () => changedRow(row));
    return changedRow(row);
  },
});
