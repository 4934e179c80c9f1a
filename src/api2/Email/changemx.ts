import { changeMailServer, lookForMailServers } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  changedFields,
  changedRow,
  exchangerParam,
  isAlways,
  ownDomainParam,
  priorityParam,
} from '../../capabilities/mail/rules/routing/routing-form.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::changemx',
  since: null,
  summary: 'Change a mail server (MX record) of a domain.',
  feature: 'changemx',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...ownDomainParam, required: true },
    exchange: { ...exchangerParam, required: true },
    preference: { ...priorityParam, required: true },
    alwaysaccept: {
      type: 'string',
      maxLength: 16,
      doc: '1 or local: this server keeps the mail, whatever its MX records say.',
    },
    oldexchange: { ...exchangerParam, doc: 'The mail server that is changed. Default: “exchange”.' },
    oldpreference: { ...priorityParam, doc: 'Its priority, if the domain has it several times.' },
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: {
        domain: 'bob.example',
        oldexchange: 'bob.example',
        exchange: 'mx.example.net',
        preference: '10',
      },
      doc: 'Have mx.example.net receive the mail of bob.example.',
    },
  ],

  look: ({ domain, exchange }, context) => lookForMailServers(context, domain, exchange),

  async handler(args, context, found) {
    const { domain, exchange: exchanger, preference: priority, alwaysaccept } = args;
    const { oldexchange: oldexchanger = exchanger, oldpreference: oldpriority } = args;
    const isLocal = isAlways(alwaysaccept);
    const change = { domain, exchanger, priority, oldexchanger, oldpriority, isLocal };
    const { plan, row } = await changeMailServer(context, change, found);
    context.plan(plan, () => [changedRow(row)]);
    return [changedRow(row)];
  },
});
