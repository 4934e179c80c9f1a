import { defineFunction } from '../../core/define.ts';
import * as links from '../../capabilities/logins/rules/identity-providers/links.ts';

export default defineFunction({
  name: 'get_users_authn_linked_accounts',
  since: 54,
  summary: 'List which users are linked to which identities at identity providers.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    username_linked_accounts: {
      list: {
        fields: {
          username: { type: 'string', doc: 'The user of this server.' },
          provider_id: { type: 'string', doc: 'The identity provider.' },
          provider_protocol: { type: 'string', doc: 'Always “openid_connect”.' },
          subject_unique_identifier: { type: 'string', doc: 'The identity’s identifier at the provider.' },
          preferred_username: { type: 'string', doc: 'The name that the provider shows.' },
          link_time: { type: 'integer', doc: 'When it was linked, in seconds since 1970-01-01.' },
        },
      },
      doc: 'One row for each link.',
    },
  },
  list: 'username_linked_accounts',
  columns: ['username', 'provider_id', 'preferred_username', 'subject_unique_identifier', 'link_time'],
  examples: [{ args: {}, doc: 'List the links.' }],

  async handler(_args, { db }) {
    return {
      username_linked_accounts: (await links.list(db)).map((link) => ({
        username: link.username,
        provider_id: link.provider,
        provider_protocol: 'openid_connect',
        subject_unique_identifier: link.subject,
        preferred_username: link.preferredUsername,
        link_time: Math.floor(link.linkedAt / 1000),
      })),
    };
  },
});
