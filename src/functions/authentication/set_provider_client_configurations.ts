import { defineFunction } from '../../core/define.ts';
import {
  providerId,
  readTexts,
  serviceName,
} from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import { assertIssuer } from '../../capabilities/logins/rules/identity-providers/issuer.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'set_provider_client_configurations',
  since: 54,
  summary: 'Set how this server is registered as a client of an identity provider.',
  description:
    'First register this server at the provider, with the redirect URI that get_provider_client_configurations returns. ' +
    'A new ID together with an issuer adds a provider. Fields that are not set are kept. An empty client_id removes ' +
    'the registration. After a change of the issuer, users must link their identities again. The secret is stored encrypted.',
  access: 'root',
  effect: 'changes',
  params: {
    provider_id: providerId,
    service_name: serviceName,
    configurations: {
      type: 'json',
      required: true,
      sensitive: true,
      doc:
        'A JSON object with “client_id”, “client_secret” and, for providers without a fixed issuer, “issuer”: ' +
        '{"client_id":"…","client_secret":"…"}.',
    },
  },
  returns: null,
  examples: [
    {
      args: {
        provider_id: 'google',
        service_name: 'whostmgrd',
        configurations: '{"client_id":"1234567890","client_secret":"victoria"}',
      },
      doc: 'Store the registration at Google.',
    },
    {
      args: {
        provider_id: 'staff',
        service_name: 'whostmgrd',
        configurations:
          '{"issuer":"https://sso.example.com/realms/staff","client_id":"whm","client_secret":"victoria"}',
      },
      doc: 'Add your own Keycloak as the provider “staff”.',
    },
  ],

  look: async (_args, { machine }) => (await machine.identityProviders()).allowsLoopback,

  async handler({ provider_id: provider, service_name: service, configurations }, context, allowsLoopback) {
    const fields = readTexts(configurations, ['client_id', 'client_secret', 'issuer']);
    if (fields.issuer !== undefined) assertIssuer(provider, fields.issuer, allowsLoopback);
    await providers.register(context, { provider, service }, fields);
  },
});
