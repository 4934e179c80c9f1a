import { AUTORESPONDERS } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_charsets',
  since: 42,
  summary: 'List the character sets that texts of mail can have.',
  description: 'There is one: programs of all languages read it.',
  feature: AUTORESPONDERS,
  effect: 'reads',
  params: {},
  returns: { list: { type: 'string' }, doc: 'utf-8.' },
  examples: [{ args: {}, doc: 'The character sets.' }],

  handler: () => ['utf-8'],
});
