import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { providerId, subject } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';

export default defineFunction({
  name: 'unlink_user_authn_provider',
  since: 54,
  summary: 'Remove the link between a user and an identity at an identity provider.',
  description: 'All sessions of the user end. The user can still log in with the password.',
  access: 'root',
  effect: 'changes',
  params: {
    username: { ...existingUser, required: true, doc: 'The user: root or an account.' },
    provider_id: providerId,
    subject_unique_identifier: subject,
  },
  returns: null,
  examples: [
    {
      args: { username: 'root', provider_id: 'google', subject_unique_identifier: '110169484474386276334' },
      doc: 'End root’s logins with a Google account.',
      fails: 'not_found',
    },
  ],

  async handler({ username, provider_id: provider, subject_unique_identifier: subject }, { db }) {
    await links.remove(db, { provider, subject }, username);
    await sessions.closeAll(db, username);
  },
});
