import { DEFAULT_ADDRESS, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { domainIn, readState } from '../../capabilities/mail/rules/state.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::checkmaindiscard',
  since: null,
  summary: 'Show whether mail for unknown addresses of the main domain is discarded.',
  feature: DEFAULT_ADDRESS,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { fields: { status: { type: 'flag', doc: '1: it is discarded.' } } },
  examples: [{ args: {}, doc: 'Whether unknown addresses lose their mail.' }],

  async handler(_args, context) {
    const { username, domain } = (await ownMail(context)).account;
    const { defaultAddress } = domainIn(await readState(context.db, username), domain);
    return [{ status: defaultAddress?.startsWith(':blackhole:') === true ? (1 as const) : (0 as const) }];
  },
});
