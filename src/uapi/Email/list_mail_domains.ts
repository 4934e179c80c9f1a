import { ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_mail_domains',
  since: 42,
  summary: 'List the domains of the account that can have mail.',
  description: 'The first is the main domain.',
  role: ROLE,
  effect: 'reads',
  params: {
    add_www: { type: 'flag', default: 0, doc: '1: also each domain with www. before it.' },
    select: { type: 'string', maxLength: 253, doc: 'The domain that the list marks as selected.' },
    include_wildcard: {
      type: 'flag',
      doc: 'Whether wildcard subdomains are listed.',
      noEffectReason: 'they have no mail here.',
    },
    return_temporary_domain: {
      type: 'flag',
      doc: 'Whether temporary domains are listed.',
      noEffectReason: 'this server has none.',
    },
  },
  returns: {
    list: {
      fields: {
        domain: { type: 'string', doc: 'The domain.' },
        select: { type: 'flag', optional: true, doc: '1. Only the selected domain has it.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All domains with mail.' }],

  async handler({ add_www: addsWww, select }, context) {
    const { account, domains } = await ownMail(context);
    const sorted = [account.domain, ...domains.filter((one) => one !== account.domain)];
    const all = addsWww ? sorted.flatMap((one) => [one, `www.${one}`]) : sorted;
    return all.map((domain) => (domain === select ? ({ domain, select: 1 } as const) : { domain }));
  },
});
