import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';

export default defineUapi({
  name: 'ExternalAuthentication::get_authn_links',
  since: 54,
  summary: 'List the identities at identity providers that are linked to the account.',
  effect: 'reads',
  feature: 'password',
  params: {},
  returns: {
    list: {
      fields: {
        link_time: { type: 'integer', doc: 'When it was linked, in seconds since 1970-01-01.' },
        preferred_username: { type: 'string', doc: 'The name that the provider shows.' },
        provider_id: { type: 'string', doc: 'The identity provider.' },
        provider_protocol: { type: 'string', doc: 'Always “openid_connect”.' },
        subject_unique_identifier: { type: 'string', doc: 'The identity’s identifier at the provider.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'The identities.' }],

  async handler(_args, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    return (await links.ofUser(db, username)).map((link) => ({
      link_time: Math.floor(link.linkedAt / 1000),
      preferred_username: link.preferredUsername,
      provider_id: link.provider,
      provider_protocol: 'openid_connect',
      subject_unique_identifier: link.subject,
    }));
  },
});
