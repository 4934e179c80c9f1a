import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import {
  preferredName,
  providerId,
  subject,
} from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineUapi({
  name: 'ExternalAuthentication::add_authn_link',
  since: 56,
  summary: 'Link an identity at an identity provider to the account, with which to log in.',
  description:
    'Anyone who logs in at the provider with this identity is logged in here as the account, without its password. The ' +
    'provider must be configured for accounts. The owner of the account is notified. People can also link their identity ' +
    'on the login page, with the password.',
  effect: 'changes',
  feature: 'password',
  params: {
    username: { type: 'string', required: true, maxLength: 320, doc: 'The account itself.' },
    provider_id: {
      ...providerId,
      doc: 'The provider, as in ExternalAuthentication::configured_modules.',
    },
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
      doc: 'Log in with a Google account.',
      setUp: [
        {
          command: 'set_provider_client_configurations',
          args: {
            provider_id: 'google',
            service_name: 'cpaneld',
            configurations: '{"client_id":"1234567890"}',
          },
        },
      ],
    },
  ],

  async handler(args, { caller, db, now }) {
    const { username } = await accounts.getOwn(db, caller);
    if (args.username !== username) {
      throw notFound(`The account has no user ${quote(args.username)}. Its only user is “${username}”.`);
    }
    assertConfirmed(caller, 'link another login to yourself');
    const { provider_id: provider, subject_unique_identifier: id, preferred_username: name } = args;
    const issuer = await providers.issuerOf(db, provider, 'cpaneld');
    await links.add(db, { provider, issuer, subject: id, preferredUsername: name }, username, now());
  },
});
