import { ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineUapi({
  name: 'SSL::is_mail_sni_supported',
  since: 48,
  summary: 'Check whether mail services choose the certificate by the name of the client’s request.',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: { type: 'flag', doc: '1 if this server has mail services (the role MailReceive).' },
  examples: [{ args: {}, doc: 'Answers 1.' }],

  handler: async (_args, context) => ((await rolesOf(context)).has(ROLE) ? 1 : 0),
});
