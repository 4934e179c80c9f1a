import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { STANDARD_THEME } from '../../capabilities/accounts/rules/packages/package-form.ts';

export default defineUapi({
  name: 'Themes::get_theme_base',
  since: 50,
  summary: 'Show on which theme the account’s theme is based.',
  description:
    'It is jupiter, or unknown for another theme: themes have no files on this server that would tell their base. ' +
    'WHM calls this function deprecated.',
  effect: 'reads',
  params: {},
  returns: { type: 'string', doc: 'The base: jupiter or unknown.' },
  examples: [{ args: {}, doc: 'The base of the theme.' }],

  async handler(_args, { db, caller }) {
    const { settings } = await accounts.getOwn(db, caller);
    return settings.theme === STANDARD_THEME ? STANDARD_THEME : 'unknown';
  },
});
