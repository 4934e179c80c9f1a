import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { emailAddress } from '../../ground/rules/accounts/names.ts';
import { fullNameOf, ownRow, userRow } from '../../life/rules/own-users.ts';
import { getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';

export default defineUapi({
  name: 'UserManager::check_account_conflicts',
  since: 56,
  summary: 'Check whether a user of the account already has this name.',
  effect: 'reads',
  feature: 'user_manager',
  params: {
    full_username: { ...emailAddress, required: true, doc: 'The name with its domain: info@bob.example.' },
  },
  returns: {
    fields: {
      accounts: { ...userRow, optional: true, doc: 'The user that has the name.' },
      conflict: { type: 'flag', doc: '1 if a user has the name.' },
    },
  },
  examples: [{ args: { full_username: 'info@bob.example' }, doc: 'A name that is free.' }],

  async handler({ full_username: name }, context) {
    const account = await accounts.getOwn(context.db, context.caller);
    await getDomain(context.db, context.caller, name.slice(name.lastIndexOf('@') + 1).toLowerCase());
    if (name.toLowerCase() !== fullNameOf(account)) return { conflict: 0 };
    return { accounts: await ownRow(context, account), conflict: 1 };
  },
});
