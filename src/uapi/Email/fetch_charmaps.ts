import { AUTORESPONDERS } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::fetch_charmaps',
  since: 42,
  summary: 'List the character sets that texts of mail can have.',
  description: 'The same as get_charsets, as records.',
  feature: AUTORESPONDERS,
  effect: 'reads',
  params: {},
  returns: { list: { fields: { map: { type: 'string', doc: 'utf-8.' } } }, doc: 'The character sets.' },
  examples: [{ args: {}, doc: 'The character sets.' }],

  handler: () => [{ map: 'utf-8' }],
});
