import { defineFunction } from '../../core/define.ts';
import * as publicContacts from '../../model/resellers/public-contacts.ts';

export default defineFunction({
  name: 'set_public_contact',
  since: 68,
  summary: 'Set what the caller’s customers are told of whom to turn to.',
  description: 'What is not given stays as it is; an empty value takes it away.',
  access: ['public-contact'],
  effect: 'changes',
  params: {
    name: { type: 'string', maxLength: 255, doc: 'The name of the company or person.' },
    url: { ...publicContacts.contactUrl, doc: 'The web address, such as that of a page with a form.' },
  },
  returns: null,
  examples: [
    {
      args: { name: 'Example Hosting', url: 'https://example.com/contact' },
      doc: 'Send customers to a page.',
    },
    { args: { url: '' }, doc: 'Take the web address away.' },
  ],

  async handler({ name, url }, { caller, db }) {
    await publicContacts.update(db, caller.user, { name, url });
  },
});
