import { addForwarder } from '../../capabilities/mail/plans/own-mail/forwarders.ts';
import {
  destinationParams,
  domainParam,
  emailParam,
  FORWARDERS,
  ROLE,
  textOf,
} from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::add_forwarder',
  since: 42,
  summary: 'Forward the mail of an address.',
  description:
    'If the address is also a mailbox, it still gets the mail. Forwarded mail keeps its content, and its sender is ' +
    'rewritten (SRS), because other servers would refuse it otherwise.',
  feature: FORWARDERS,
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...domainParam, required: true, doc: 'The domain of the address.' },
    email: { ...emailParam, required: true, doc: 'The address: sales@bob.example, or only its user name.' },
    ...destinationParams(['fwd', 'fail', 'blackhole', 'pipe', 'system']),
    fwdsystem: { type: 'string', maxLength: 16, doc: 'With system: the account’s name.' },
  },
  returns: {
    list: {
      fields: {
        domain: { type: 'string', doc: 'The domain of the address.' },
        email: { type: 'string', doc: 'The address.' },
        forward: { type: 'string', doc: 'Where its mail goes.' },
      },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', email: 'sales', fwdopt: 'fwd', fwdemail: 'ann@example.org' },
      doc: 'Forward sales@bob.example to ann@example.org.',
    },
  ],

  async handler(args, context) {
    const { plan, address, destinations } = await addForwarder(context, args);
    const rows = destinations.map((forward) => ({ domain: address.domain, email: textOf(address), forward }));
    context.plan(plan);
    return rows;
  },
});
