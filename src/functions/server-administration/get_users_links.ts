import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import * as users from '../../model/accounts/users.ts';
import * as links from '../../model/integration/links.ts';
import * as pages from '../../model/logins/pages.ts';

export default defineFunction({
  name: 'get_users_links',
  since: 50,
  summary: 'Show the pages of this server that a user can open after a login, and their paths.',
  description:
    'Only root and resellers can log in to this server’s page. Their pages are overview, two_factor and api_shell, and ' +
    'one for each purpose (“implements”) of the user’s integration links, such as billing. A path follows the first part ' +
    'of the address of a session: https://HOST:2087/cpsess0123456789/two-factor (create_user_session).',
  access: ['cpanel-integration', 'acct-summary'],
  effect: 'reads',
  params: {
    user: { ...existingUser, required: true, doc: 'The user.' },
    service: {
      type: 'string',
      default: 'cpaneld',
      values: ['cpaneld', 'webmail'],
      doc: 'The interface. This server has no pages for webmail.',
    },
  },
  returns: { map: { type: 'string', doc: 'The path of the page.' }, keys: 'PAGE' },
  examples: [{ args: { user: 'root' }, doc: 'The pages of root.' }],

  async handler({ user, service }, { caller, db, inform }) {
    await users.assertManageable(db, caller, user);
    if (service === 'webmail') {
      inform('This server has no pages for webmail.');
      return {};
    }
    if (!(await pages.mayLogIn(db, user))) {
      inform(`“${user}” cannot log in to this server’s page: only root and resellers can.`);
      return {};
    }
    return pages.pathsOf(await links.list(db, user));
  },
});
