import { defineUapi } from '../../core/define-uapi.ts';
import { english } from '../../capabilities/accounts/rules/locales.ts';

export default defineUapi({
  name: 'Locale::get_attributes',
  since: 42,
  summary: 'Show the language that the account sees.',
  description: 'It is English for every account, whatever locale its package names.',
  effect: 'none',
  params: {},
  returns: {
    fields: {
      direction: { type: 'string', doc: 'The direction of its script: ltr.' },
      encoding: { type: 'string', doc: 'The encoding of texts: utf-8.' },
      locale: { type: 'string', doc: 'Its code.' },
      name: { type: 'string', doc: 'Its name.' },
    },
  },
  examples: [{ args: {}, doc: 'The language.' }],

  handler: () => ({ ...english }),
});
