import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::is_sni_supported',
  since: 42,
  summary: 'Check whether websites on the same IP address can have certificates of their own.',
  effect: 'none',
  role: 'WebServer',
  params: {},
  returns: {
    type: 'flag',
    doc: 'Always 1: the web server chooses the certificate by the name of the request (SNI).',
  },
  examples: [{ args: {}, doc: 'Answers 1.' }],

  handler: () => 1,
});
