import { addMailServer, lookForMailServers } from '../../capabilities/mail/plans/own-mail/mail-servers.ts';
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
  name: 'Email::addmx',
  since: null,
  summary: 'Add a mail server (MX record) to a domain.',
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
    oldexchange: { ...exchangerParam, doc: 'A mail server.', noEffectReason: 'changemx changes one.' },
    oldpreference: { ...priorityParam, doc: 'Its priority.', noEffectReason: 'changemx changes one.' },
  },
  returns: { fields: changedFields },
  examples: [
    {
      args: { domain: 'bob.example', exchange: 'mx.example.net', preference: '10' },
      doc: 'Add a mail server.',
    },
  ],

  look: ({ domain, exchange }, context) => lookForMailServers(context, domain, exchange),

  async handler({ domain, exchange: exchanger, preference: priority, alwaysaccept }, context, found) {
    const given = { domain, exchanger, priority, isLocal: isAlways(alwaysaccept) };
    const { plan, row } = await addMailServer(context, given, found);
    context.plan(plan, () => [changedRow(row)]);
    return [changedRow(row)];
  },
});
