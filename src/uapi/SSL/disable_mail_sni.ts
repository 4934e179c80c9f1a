import { barredDomains, cannotBeDisabled, ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::disable_mail_sni',
  since: 48,
  summary: 'Set the mail services to use the server’s own certificate for domains.',
  description: 'The call always fails, as in cPanel: they always use the certificates of domains.',
  effect: 'none',
  role: ROLE,
  params: { domains: barredDomains },
  returns: null,
  examples: [{ args: { domains: 'bob.example' }, doc: 'Fails.', fails: 'bad_param' }],

  handler() {
    throw cannotBeDisabled();
  },
});
