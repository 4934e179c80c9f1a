import { defineUapi } from '../../core/define-uapi.ts';
import { english } from '../../capabilities/accounts/rules/locales.ts';

export default defineUapi({
  name: 'Locale::list_locales',
  since: 82,
  summary: 'List the languages of this server: English.',
  effect: 'none',
  params: {},
  returns: {
    list: {
      fields: {
        direction: { type: 'string', doc: 'The direction of its script: ltr.' },
        local_name: { type: 'string', doc: 'Its name in that language.' },
        locale: { type: 'string', doc: 'Its code.' },
        name: { type: 'string', doc: 'Its name in English.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'The languages.' }],

  handler: () => [
    { direction: english.direction, local_name: english.name, locale: english.locale, name: english.name },
  ],
});
