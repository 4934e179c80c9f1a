import { defineApi2 } from '../../core/define-uapi.ts';
import { english } from '../../capabilities/accounts/rules/locales.ts';

export default defineApi2({
  name: 'Locale::get_encoding',
  since: null,
  summary: 'Show the encoding of texts.',
  effect: 'none',
  params: {},
  returns: { fields: { encoding: { type: 'string', doc: 'The encoding: utf-8.' } } },
  examples: [{ args: {}, doc: 'The encoding.' }],

  handler: () => [{ encoding: english.encoding }],
});
