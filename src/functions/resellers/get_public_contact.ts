import { defineFunction } from '../../core/define.ts';
import * as publicContacts from '../../capabilities/accounts/rules/resellers/public-contacts.ts';

export default defineFunction({
  name: 'get_public_contact',
  since: 68,
  summary: 'Show the contact information that the caller’s customers see.',
  access: ['public-contact'],
  effect: 'reads',
  params: {},
  returns: {
    name: { type: 'string', doc: 'The name of the company or person; empty if none is set.' },
    url: { type: 'string', doc: 'The web address; empty if none is set.' },
  },
  examples: [{ args: {}, doc: 'The current contact information.' }],

  async handler(_args, { caller, db }) {
    const { name, url } = await publicContacts.get(db, caller.user);
    return { name, url };
  },
});
