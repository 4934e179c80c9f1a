import { defineFunction } from '../../core/define.ts';
import { providerId, serviceName } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'enable_authentication_provider',
  since: 54,
  summary: 'Enable an identity provider for the logins of a service.',
  description:
    'The login page then has a button for it. A user whose identity is not linked yet links it by logging in with the ' +
    'password once; link_user_authn_provider links it without. Two-factor authentication is required as with a password.',
  access: 'root',
  effect: 'changes',
  params: { provider_id: providerId, service_name: serviceName },
  returns: null,
  examples: [
    {
      args: { provider_id: 'google', service_name: 'whostmgrd' },
      doc: 'Let users log in to this server with Google.',
      setUp: ['set_provider_client_configurations'],
    },
  ],

  async handler({ provider_id: provider, service_name: service }, { db }) {
    await providers.setEnabled(db, { provider, service }, true);
  },
});
