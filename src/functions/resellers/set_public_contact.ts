import { defineFunction } from '../../core/define.ts';
import * as publicContacts from '../../capabilities/accounts/rules/resellers/public-contacts.ts';

export default defineFunction({
  name: 'set_public_contact',
  since: 68,
  summary: 'Set the contact information that the caller’s customers see.',
  description: 'Omitted fields keep their values. An empty value clears the field.',
  access: ['public-contact'],
  effect: 'changes',
  params: {
    name: { type: 'string', maxLength: 255, doc: 'The name of the company or person.' },
    url: { ...publicContacts.contactUrl, doc: 'The web address, for example of a contact form.' },
  },
  returns: null,
  examples: [
    {
      args: { name: 'Example Hosting', url: 'https://example.com/contact' },
      doc: 'Refer customers to a page.',
    },
    { args: { url: '' }, doc: 'Clear the web address.' },
  ],

  async handler({ name, url }, { caller, db }) {
    await publicContacts.update(db, caller.user, { name, url });
  },
});
