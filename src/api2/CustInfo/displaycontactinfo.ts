import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { contactRow, list } from '../../capabilities/notify/rules/contact-rows.ts';

export default defineApi2({
  name: 'CustInfo::displaycontactinfo',
  since: null,
  summary: 'List the contact addresses of the account, and which notifications its owner receives.',
  description:
    'The notifications are left out if the account does not have the feature “updatenotificationprefs”.',
  effect: 'reads',
  params: {},
  returns: contactRow,
  examples: [{ args: {}, doc: 'All settings.' }],

  handler: async (_args, { db, caller }) => list(db, await accounts.getOwn(db, caller)),
});
