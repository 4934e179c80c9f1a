import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::check_shared_cert',
  since: 42,
  summary: 'Check whether the account can use a certificate that the server shares.',
  effect: 'none',

  params: {},
  returns: { type: 'flag', doc: 'Always 0: each website has a certificate of its own.' },
  examples: [{ args: {}, doc: 'Answers 0.' }],

  handler: () => 0,
});
