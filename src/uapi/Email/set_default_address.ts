import { setDefaultAddress } from '../../capabilities/mail/plans/own-mail/forwarders.ts';
import {
  DEFAULT_ADDRESS,
  destinationParams,
  domainParam,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::set_default_address',
  since: 42,
  summary: 'Set where mail for unknown addresses of a domain goes.',
  description: 'The account’s own name as the address is the mailbox of the account itself.',
  feature: DEFAULT_ADDRESS,
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...domainParam, doc: 'The domain. Default: the main domain.' },
    ...destinationParams(['fwd', 'fail', 'blackhole', 'pipe']),
  },
  returns: {
    list: {
      fields: {
        dest: { type: 'string', doc: 'Where the mail goes.' },
        domain: { type: 'string', doc: 'The domain.' },
      },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', fwdopt: 'fail', failmsgs: 'Nobody has this address.' },
      doc: 'Refuse mail for unknown addresses of bob.example.',
    },
  ],

  async handler(args, context) {
    const { plan, domain, destination: dest } = await setDefaultAddress(context, args);
    context.plan(plan);
    return [{ dest, domain }];
  },
});
