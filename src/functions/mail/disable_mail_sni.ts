import { cannotBeDisabled, ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'disable_mail_sni',
  since: 48,
  summary: 'Set the mail services to use the server’s own certificate for domains.',
  description: 'The call always fails, as in WHM: they always use the certificates of domains.',
  access: ['ssl'],
  role: ROLE,
  effect: 'none',
  params: {
    domain: { ...existingDomain, list: true, doc: 'A domain of an account. Repeatable: domain-1, domain-2.' },
  },
  returns: null,
  examples: [{ args: { domain: 'bob.example' }, doc: 'Fails.', fails: 'bad_param' }],

  handler() {
    throw cannotBeDisabled();
  },
});
