import { removeForwarder } from '../../capabilities/mail/plans/own-mail/forwarders.ts';
import { emailParam, FORWARDERS, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_forwarder',
  since: 42,
  summary: 'Remove a forwarder.',
  feature: FORWARDERS,
  role: ROLE,
  effect: 'operates',
  params: {
    address: { ...emailParam, required: true, doc: 'The address whose mail is forwarded.' },
    forwarder: {
      type: 'string',
      required: true,
      maxLength: 300,
      doc: 'Where its mail goes, as in list_forwarders.',
    },
  },
  returns: null,
  examples: [
    {
      args: { address: 'sales@bob.example', forwarder: 'ann@example.org' },
      doc: 'No longer forward sales@bob.example to ann@example.org.',
      setUp: ['Email::add_forwarder'],
    },
  ],

  async handler({ address, forwarder }, context) {
    context.plan(await removeForwarder(context, address, forwarder));
  },
});
