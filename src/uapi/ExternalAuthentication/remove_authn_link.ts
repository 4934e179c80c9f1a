import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import { providerId, subject } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';

export default defineUapi({
  name: 'ExternalAuthentication::remove_authn_link',
  since: 54,
  summary: 'Remove the link between the account and an identity at an identity provider.',
  description:
    'The identity can no longer log in as the account. All sessions of the account end, because one of them may be of ' +
    'this identity. The password keeps working.',
  effect: 'changes',
  feature: 'password',
  params: {
    provider: { ...providerId, doc: 'The provider, as in ExternalAuthentication::get_authn_links.' },
    subject_unique_identifier: subject,
  },
  returns: null,
  examples: [
    {
      args: { provider: 'google', subject_unique_identifier: '110169484474386276334' },
      doc: 'An identity that is not linked.',
      fails: 'not_found',
    },
  ],

  async handler({ provider, subject_unique_identifier: id }, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    assertConfirmed(caller, 'remove a login of yours');
    const own = await links.ofUser(db, username);
    if (!own.some((link) => link.provider === provider && link.subject === id)) {
      throw notFound(
        `The account is not linked to the identity ${quote(id)} of “${provider}”. ` +
          'ExternalAuthentication::get_authn_links lists its identities.',
      );
    }
    await links.remove(db, { provider, subject: id }, username);
    await sessions.closeAll(db, username);
  },
});
