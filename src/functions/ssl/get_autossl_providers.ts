import { defineFunction } from '../../core/define.ts';
import { look } from '../../capabilities/certificates/rules/autossl/registrations.ts';
import { showProviders, specFields } from '../../capabilities/certificates/rules/autossl/providers.ts';

export default defineFunction({
  name: 'get_autossl_providers',
  since: 58,
  summary: 'List the AutoSSL providers, and which of them is in use.',
  description:
    'LetsEncrypt is the only provider. It speaks ACME, so x_directory_url of set_autossl_provider can name any other ' +
    'issuer that does. The issuer is asked for its terms of service. WHM’s provider “cPanel” is a service of that ' +
    'company, and does not exist here.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    payload: {
      list: {
        fields: {
          module_name: { type: 'string', doc: 'The provider, for set_autossl_provider.' },
          display_name: { type: 'string', doc: 'Its name for people.' },
          enabled: { type: 'flag', doc: 'Whether AutoSSL uses it.' },
          specs: { fields: specFields, doc: 'What it offers.' },
          x_directory_url: {
            type: 'string',
            doc: 'The URL of the ACME directory. It is not part of WHM’s response.',
          },
          x_profile: {
            type: 'string',
            doc: 'The profile of the certificates that are ordered. Empty: the issuer chooses.',
          },
          x_profiles: {
            list: {
              fields: {
                name: { type: 'string', doc: 'The profile, for x_profile of set_autossl_provider.' },
                description: { type: 'string', doc: 'What the issuer says of it: a sentence or a URL.' },
              },
            },
            doc: 'The profiles of certificates that the issuer has. Empty if it has none, or does not answer.',
          },
          x_orders_per_hour: {
            type: 'integer',
            doc: 'How many certificates are ordered in an hour. 0: any number.',
          },
          x_dns_hook: {
            type: 'string',
            doc: 'The program that sets DNS records in zones that are elsewhere. Empty: none.',
          },
          x_dns_hook_user: { type: 'string', doc: 'The system user that runs it.' },
          x_dns_hook_wait: {
            type: 'integer',
            doc: 'How long the nameservers of a zone may take to have a record, in seconds.',
          },
          x_dns_hook_domains: {
            type: 'string',
            doc: 'Domains, separated by commas, whose names need not point to this server.',
          },
          x_account_id: {
            type: 'string',
            doc: 'The URL of this server’s account at the issuer. Empty if it is not registered.',
          },
          x_terms_of_service: {
            type: 'string',
            doc: 'The URL of the terms of service: those of the last registration if the issuer does not answer. Empty if none are known.',
          },
          x_terms_of_service_accepted: {
            type: 'flag',
            doc: 'Whether these terms were accepted.',
          },
        },
      },
      doc: 'One row for each provider.',
    },
  },
  list: 'payload',
  columns: ['module_name', 'display_name', 'enabled', 'x_directory_url', 'x_terms_of_service'],
  examples: [{ args: {}, doc: 'List the providers.' }],

  look: (_args, context) => look(context),

  async handler(_args, { db, warn }, found) {
    if (found.problem !== '') warn(`${found.directory} could not be asked. ${found.problem}`);
    return { payload: await showProviders(db, found) };
  },
});
