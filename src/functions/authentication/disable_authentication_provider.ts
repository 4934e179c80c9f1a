import { defineFunction } from '../../core/define.ts';
import { providerId, serviceName } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'disable_authentication_provider',
  since: 54,
  summary: 'Disable an identity provider for the logins of a service.',
  description: 'Sessions continue. The configuration and the links to identities are kept.',
  destructive:
    'Nobody can log in to the service with this provider until enable_authentication_provider enables it again.',
  access: 'root',
  effect: 'changes',
  params: { provider_id: providerId, service_name: serviceName },
  returns: null,
  examples: [
    {
      args: { provider_id: 'google', service_name: 'whostmgrd' },
      doc: 'End logins with Google.',
    },
  ],

  async handler({ provider_id: provider, service_name: service }, { db }) {
    await providers.setEnabled(db, { provider, service }, false);
  },
});
