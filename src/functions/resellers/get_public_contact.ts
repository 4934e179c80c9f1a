import { defineFunction } from '../../core/define.ts';
import * as publicContacts from '../../model/resellers/public-contacts.ts';

export default defineFunction({
  name: 'get_public_contact',
  since: 68,
  summary: 'Tell what the caller’s customers are told of whom to turn to.',
  access: ['public-contact'],
  effect: 'reads',
  params: {},
  returns: {
    name: { type: 'string', doc: 'The name of the company or person; empty where none is set.' },
    url: { type: 'string', doc: 'The web address; empty where none is set.' },
  },
  examples: [{ args: {}, doc: 'What is set.' }],

  async handler(_args, { caller, db }) {
    const { name, url } = await publicContacts.get(db, caller.user);
    return { name, url };
  },
});
