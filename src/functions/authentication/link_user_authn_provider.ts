import type { Db } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import * as users from '../../capabilities/logins/rules/users.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import {
  preferredName,
  providerId,
  subject,
} from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'link_user_authn_provider',
  since: 56,
  summary: 'Link a user to an identity at an identity provider, with which to log in.',
  description:
    'Anyone who logs in at the provider with this identity is logged in here as the user, without the user’s password. ' +
    'Root and resellers can log in to WHM, and accounts to their own pages. A user can have several identities, and an identity several users.',
  access: 'root',
  effect: 'changes',
  params: {
    username: { ...existingUser, required: true, doc: 'The user: root or an account.' },
    provider_id: providerId,
    subject_unique_identifier: subject,
    preferred_username: preferredName,
  },
  returns: null,
  examples: [
    {
      args: {
        username: 'bob',
        provider_id: 'google',
        subject_unique_identifier: '110169484474386276334',
        preferred_username: 'bob@example.com',
      },
      doc: 'Let bob log in with his Google account.',
      setUp: ['createacct', 'set_provider_client_configurations'],
    },
  ],

  async handler(args, { caller, db, now }) {
    const { username, provider_id: provider } = args;
    if (username === caller.user) assertConfirmed(caller, 'link another login to yourself');
    await users.assertExists(db, username);
    const identity = {
      provider,
      issuer: await issuerFor(db, provider),
      subject: args.subject_unique_identifier,
      preferredUsername: args.preferred_username,
    };
    await links.add(db, identity, username, now());
  },
});

/** The issuer for WHM, or else the one for the pages of accounts. @throws ApiError `not_found`, `disabled`. */
async function issuerFor(db: Db, provider: string): Promise<string> {
  const isForAccountsOnly =
    (await providers.find(db, provider, 'whostmgrd')) === undefined &&
    (await providers.find(db, provider, 'cpaneld')) !== undefined;
  return providers.issuerOf(db, provider, isForAccountsOnly ? 'cpaneld' : 'whostmgrd');
}
