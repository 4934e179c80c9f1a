import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::is_mail_sni_supported',
  since: 48,
  summary: 'Check whether mail services choose the certificate by the name of the client’s request.',
  effect: 'none',
  role: 'WebServer',
  params: {},
  returns: { type: 'flag', doc: 'Always 0: mail services have one certificate for all domains.' },
  examples: [{ args: {}, doc: 'Answers 0.' }],

  handler: () => 0,
});
