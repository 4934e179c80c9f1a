import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { userRow } from '../../life/rules/own-users.ts';

export default defineUapi({
  name: 'UserManager::lookup_service_account',
  since: 54,
  summary: 'Show an account for mail, FTP or a web disk.',
  description: 'This server does not have such accounts yet, so none is found.',
  effect: 'reads',
  feature: 'user_manager',
  params: {
    full_username: { type: 'string', required: true, maxLength: 320, doc: 'Its name: info@bob.example.' },
    type: { type: 'string', required: true, values: ['email', 'ftp', 'webdisk'], doc: 'The service.' },
  },
  returns: userRow,
  examples: [
    {
      args: { full_username: 'info@bob.example', type: 'email' },
      doc: 'An account for mail, which this server cannot have yet.',
      fails: 'not_found',
    },
  ],

  async handler({ full_username: name, type }, { caller, db }) {
    await accounts.getOwn(db, caller);
    throw notFound(`The account has no service account ${quote(name)} of the type “${type}”.`);
  },
});
