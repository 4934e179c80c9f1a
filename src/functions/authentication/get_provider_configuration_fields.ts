import { defineFunction } from '../../core/define.ts';
import { describe } from '../../capabilities/logins/rules/identity-providers/catalogue.ts';
import { providerId, serviceName } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'get_provider_configuration_fields',
  since: 54,
  summary: 'List the settings that an identity provider needs, with their values.',
  description: 'The function set_provider_client_configurations sets them.',
  access: 'root',
  effect: 'reads',
  params: { provider_id: providerId, service_name: serviceName },
  returns: {
    configuration_fields: {
      list: {
        fields: {
          field_id: { type: 'string', doc: 'The name of the field.' },
          label: { type: 'string', doc: 'Its name for people.' },
          description: { type: 'string', doc: 'What it is.' },
          display_order: { type: 'integer', doc: 'Its place in a form, from 0.' },
          value: { type: 'string|null', doc: 'Its value. Null if it is not set.' },
        },
      },
      doc: 'One row for each field.',
    },
  },
  list: 'configuration_fields',
  columns: ['field_id', 'value', 'description'],
  examples: [
    {
      args: { provider_id: 'google', service_name: 'whostmgrd' },
      doc: 'List the settings for logins to WHM with Google.',
    },
  ],

  async handler({ provider_id: provider, service_name: service }, context) {
    const { db } = context;
    await providers.assertExists(db, provider);
    const found = await providers.find(db, provider, service);
    const fields = [
      {
        field_id: 'client_id',
        label: 'Client ID',
        description: 'The ID that the provider gave this server when it was registered there.',
        value: found?.clientId ?? null,
      },
      {
        field_id: 'client_secret',
        label: 'Client secret',
        description: 'The secret that the provider gave this server. A public client has none.',
        value: found === undefined ? null : ((await providers.secretOf(context, found)) ?? null),
      },
    ];
    if (describe(provider).issuer === undefined) {
      fields.push({
        field_id: 'issuer',
        label: 'Issuer',
        description:
          'The provider’s issuer identifier: an HTTPS address, below which /.well-known/openid-configuration is.',
        value: found?.issuer ?? null,
      });
    }
    return { configuration_fields: fields.map((field, at) => ({ ...field, display_order: at })) };
  },
});
