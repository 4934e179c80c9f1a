import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { themesOf } from '../../capabilities/accounts/rules/themes.ts';

export default defineUapi({
  name: 'Themes::list',
  since: 42,
  summary: 'List the themes that the account can choose.',
  description:
    'They are the theme of the account and the theme of new packages. The page of this server looks the same with every ' +
    'theme: the name is kept for programs that read it.',
  effect: 'reads',
  params: {
    show_mail_themes: {
      type: 'flag',
      doc: 'Whether to list the themes of webmail too.',
      noEffectReason: 'webmail has no themes.',
    },
  },
  returns: { list: { type: 'string' } },
  examples: [{ args: {}, doc: 'The themes.' }],

  async handler(_args, { db, caller }) {
    return themesOf(await accounts.getOwn(db, caller));
  },
});
