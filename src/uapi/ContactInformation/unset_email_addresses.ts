import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import * as contactChanges from '../../capabilities/notify/rules/contact-changes.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';

export default defineUapi({
  name: 'ContactInformation::unset_email_addresses',
  since: 102,
  summary: 'Remove the contact addresses of the account.',
  description:
    'The former addresses are notified. After that, no mail about the account is sent to its owner.',
  effect: 'changes',
  feature: 'updatecontact',
  params: { old_address: { ...form.oldAddress, required: true }, password: form.ownPassword },
  returns: null,
  examples: [
    {
      args: { old_address: 'bob@example.com', password: 'correct horse battery staple 7' },
      doc: 'Remove the only address.',
      setUp: [{ command: 'modifyacct', args: { user: 'bob', contactemail: 'bob@example.com' } }],
    },
  ],

  look: ({ password }, { assertOwnPassword }) => assertOwnPassword('password', password),

  async handler({ old_address: given }, { caller, db, now }) {
    const account = await accounts.getOwn(db, caller);
    const present = await contacts.addressesOf(db, account);
    contacts.assertPresent(present, given);
    await contacts.setAddresses(db, account.username, []);
    await contactChanges.tellOwner(db, account.username, present, now());
  },
});
