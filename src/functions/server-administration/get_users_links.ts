import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import * as users from '../../capabilities/logins/rules/users.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';
import { canEnter } from '../../capabilities/logins/rules/callers.ts';
import * as pages from '../../capabilities/logins/rules/pages.ts';

export default defineFunction({
  name: 'get_users_links',
  since: 50,
  summary: 'Show the pages of this server that a user can open after a login, and their paths.',
  description:
    'With service=cpaneld, these are the pages of WHM, to which only root and resellers can log in. Their pages are overview, two_factor and api_shell, and ' +
    'one for each purpose (“implements”) of the user’s integration links, such as billing. A path follows the first part ' +
    'of the address of a session: https://HOST:2087/cpsess0123456789/two-factor (create_user_session). With service=webmail, ' +
    'an account that has webmail has one page, mailbox, on port 2096.',
  access: ['cpanel-integration', 'acct-summary'],
  effect: 'reads',
  params: {
    user: { ...existingUser, required: true, doc: 'The user.' },
    service: {
      type: 'string',
      default: 'cpaneld',
      values: ['cpaneld', 'webmail'],
      doc: 'The interface.',
    },
  },
  returns: { map: { type: 'string', doc: 'The path of the page.' }, keys: 'PAGE' },
  examples: [{ args: { user: 'root' }, doc: 'The pages of root.' }],

  async handler({ user, service }, { caller, db, inform }) {
    await users.assertManageable(db, caller, user);
    if (service === 'webmail') {
      if (await canEnter(db, 'webmaild', user)) return pages.WEBMAIL_PATHS;
      inform(
        `“${user}” cannot log in to webmail: only accounts of this server whose package includes it can.`,
      );
      return {};
    }
    if (!(await pages.mayLogIn(db, user))) {
      inform(`“${user}” cannot log in to this server’s page: only root and resellers can.`);
      return {};
    }
    return pages.pathsOf(await links.list(db, user));
  },
});
