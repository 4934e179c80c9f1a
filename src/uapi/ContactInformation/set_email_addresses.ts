import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import * as contactChanges from '../../capabilities/notify/rules/contact-changes.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';

export default defineUapi({
  name: 'ContactInformation::set_email_addresses',
  since: 102,
  summary: 'Set the one or two contact addresses of the account.',
  description:
    'The first address is also shown to the administrators of the server. The former and the new addresses are notified.',
  effect: 'changes',
  feature: 'updatecontact',
  params: {
    address: { ...form.ownAddress, required: true, doc: 'An email address. It can be given twice.' },
    old_address: form.oldAddress,
    password: form.ownPassword,
  },
  returns: null,
  examples: [
    {
      args: {
        address: ['bob@example.com', 'robert@example.com'],
        password: 'correct horse battery staple 7',
      },
      doc: 'Two addresses for an account that has none yet.',
    },
  ],

  look: ({ password }, { assertOwnPassword }) => assertOwnPassword('password', password),

  async handler({ address, old_address: given }, { caller, db, now }) {
    const account = await accounts.getOwn(db, caller);
    const present = await contacts.addressesOf(db, account);
    contacts.assertPresent(present, given);
    await contacts.setAddresses(db, account.username, address);
    await contactChanges.tellOwner(db, account.username, present, now());
  },
});
