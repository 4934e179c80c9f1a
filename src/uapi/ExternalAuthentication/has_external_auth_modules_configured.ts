import { defineUapi } from '../../core/define-uapi.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineUapi({
  name: 'ExternalAuthentication::has_external_auth_modules_configured',
  since: 66,
  summary: 'Show whether accounts can log in with an identity provider.',
  effect: 'reads',
  feature: 'password',
  params: {},
  returns: { type: 'flag', doc: '1 if at least one provider is enabled for accounts.' },
  examples: [{ args: {}, doc: 'Whether there is one.' }],

  handler: async (_args, { db }) => Number((await providers.listEnabled(db, 'cpaneld')).length > 0),
});
