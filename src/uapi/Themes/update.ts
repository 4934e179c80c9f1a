import { changeAccount } from '../../life/plans/change-account.ts';
import { badParam } from '../../core/errors.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { anyOf, quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as changedAccount from '../../life/rules/changed-account.ts';
import { themesOf } from '../../capabilities/accounts/rules/themes.ts';

export default defineUapi({
  name: 'Themes::update',
  since: 42,
  summary: 'Choose the account’s theme.',
  description: 'Themes::list lists the themes. The page of this server looks the same with every theme.',
  effect: 'operates',
  feature: 'theme-switch',
  params: { theme: { type: 'string', required: true, doc: 'The theme, such as jupiter.' } },
  returns: null,
  examples: [{ args: { theme: 'jupiter' }, doc: 'The standard theme.' }],

  async handler({ theme }, context) {
    const before = await accounts.getOwn(context.db, context.caller);
    const themes = themesOf(before);
    if (!themes.includes(theme)) {
      throw badParam(`The parameter “theme” should be ${anyOf(themes)}, not ${quote(theme)}.`);
    }
    const after = await changedAccount.plan(context, before, { settings: { theme } });
    context.plan(await changeAccount(context, { before, after }));
  },
});
