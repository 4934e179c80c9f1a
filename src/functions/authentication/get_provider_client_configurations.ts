import { defineFunction } from '../../core/define.ts';
import { providerId, serviceName } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'get_provider_client_configurations',
  since: 54,
  summary: 'Show how this server is registered as a client of an identity provider.',
  description:
    'The response contains the client secret. Register its redirect URIs at the provider. If people open this server’s ' +
    'pages under another name or port, also register the same path there.',
  access: 'root',
  effect: 'reads',
  params: { provider_id: providerId, service_name: serviceName },
  returns: {
    client_configurations: {
      fields: {
        client_id: { type: 'string', doc: 'The client ID. Empty if the provider is not configured.' },
        client_secret: { type: 'string', doc: 'The client secret. Empty if there is none.' },
        issuer: { type: 'string', doc: 'The provider’s issuer identifier. Empty if it is not configured.' },
        redirect_uris: {
          list: { type: 'string' },
          doc: 'The addresses to which the provider sends browsers back.',
        },
      },
      doc: 'The registration.',
    },
  },
  examples: [
    {
      args: { provider_id: 'google', service_name: 'whostmgrd' },
      doc: 'Show the redirect URI to enter at Google.',
    },
  ],

  async handler({ provider_id: provider, service_name: service }, context) {
    const { db, system } = context;
    await providers.assertExists(db, provider);
    const found = await providers.find(db, provider, service);
    return {
      client_configurations: {
        client_id: found?.clientId ?? '',
        client_secret: (found && (await providers.secretOf(context, found))) ?? '',
        issuer: found?.issuer ?? '',
        redirect_uris: providers.redirectUrisOf(provider, service, system.hostname()),
      },
    };
  },
});
