import { SMTP_PORT } from '../../capabilities/mail/rules/client-settings.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Chkservd::get_exim_ports_ssl',
  since: 42,
  summary: 'List the ports at which Exim begins with TLS.',
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { fields: { ports: { list: { type: 'integer' }, doc: 'The ports.' } } },
  examples: [{ args: {}, doc: 'The ports.' }],

  handler: () => ({ ports: [SMTP_PORT] }),
});
