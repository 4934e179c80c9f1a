import {
  domainParam,
  FORWARDERS,
  forwarderFields,
  forwarderRows,
  regexParam,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_forwarders',
  since: 42,
  summary: 'List the forwarders of a domain.',
  feature: FORWARDERS,
  role: ROLE,
  effect: 'reads',
  params: {
    domain: { ...domainParam, required: true, doc: 'The domain.' },
    regex: {
      ...regexParam,
      doc: 'List only the forwarders whose address or destination this expression (RE2) matches.',
    },
  },
  returns: { list: { fields: forwarderFields } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'All forwarders of bob.example.',
      setUp: ['Email::add_forwarder'],
    },
  ],

  handler: ({ domain, regex }, context) => forwarderRows(context, domain, regex),
});
