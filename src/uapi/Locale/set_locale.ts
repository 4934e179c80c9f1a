import { changeAccount } from '../../life/plans/change-account.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as changedAccount from '../../life/rules/changed-account.ts';
import { english } from '../../capabilities/accounts/rules/locales.ts';

export default defineUapi({
  name: 'Locale::set_locale',
  since: 82,
  summary: 'Set the account’s language.',
  description: 'English is the only language of this server.',
  effect: 'operates',
  feature: 'setlang',
  params: { locale: { type: 'string', required: true, values: [english.locale], doc: 'The language: en.' } },
  returns: null,
  examples: [{ args: { locale: 'en' }, doc: 'English.' }],

  async handler({ locale }, context) {
    const before = await accounts.getOwn(context.db, context.caller);
    const after = await changedAccount.plan(context, before, { settings: { locale } });
    context.plan(await changeAccount(context, { before, after }));
  },
});
