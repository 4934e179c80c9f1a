import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'is_sni_supported',
  since: 40,
  summary: 'Check whether the server can have several certificates on one address (SNI).',
  access: 'any',
  effect: 'none',
  params: {},
  returns: {
    sni: {
      type: 'flag',
      doc: 'Always 1: the web server and the mail servers choose the certificate by name.',
    },
  },
  examples: [{ args: {}, doc: 'Answers 1.' }],

  handler: () => ({ sni: 1 }),
});
