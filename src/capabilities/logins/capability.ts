import { defineCapability } from '../define.ts';
import * as integrationLinks from './rules/integration/links.ts';
import * as sessions from './rules/sessions.ts';

export default defineCapability({
  name: 'logins',
  rows: [
    { table: 'api_token' },
    { table: 'api_token_privilege' },
    { table: 'account_token' },
    { table: 'integration_group' },
    { table: 'integration_link', whenRenamed: 'sealed' },
    { table: 'linked_identity' },
    { table: 'last_login' },
    { table: 'session', whenRenamed: 'deleted' },
    { table: 'session_end' },
    { table: 'login_token', whenRenamed: 'deleted' },
    { table: 'access_hash', whenRenamed: 'deleted' },
  ],
  stored: {
    renamed: (db, { from, to }, { sealer }) => integrationLinks.rename(db, sealer, from, to),
    suspended: (db, { account: { username } }) => sessions.closeAll(db, username),
  },
});
