import { defineFunction } from '../../core/define.ts';
import { providerParams, wishesOf } from '../../capabilities/certificates/rules/autossl/providers.ts';
import { register } from '../../capabilities/certificates/rules/autossl/registrations.ts';

export default defineFunction({
  name: 'set_autossl_provider',
  since: 58,
  summary: 'Enable AutoSSL with a provider, and register this server there.',
  description:
    'The call asks the issuer for its terms of service, and fails unless they are accepted. This server then gets an ' +
    'account there, whose key is stored encrypted. It is kept for later calls: pass the terms again only if they have ' +
    'changed. A dry run asks for the terms, but does not register. Checks run every night, and renewals every hour; ' +
    'start_autossl_check_for_all_users starts one at once.',
  access: 'root',
  effect: 'calls',
  params: providerParams,
  returns: null,
  examples: [
    {
      args: {
        provider: 'LetsEncrypt',
        x_terms_of_service_accepted: 'https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf',
      },
      doc: 'Get certificates from Let’s Encrypt. get_autossl_providers shows the URL of the present terms.',
      fails: 'host_failed',
    },
    {
      args: {
        provider: 'LetsEncrypt',
        x_directory_url: 'https://acme-staging-v02.api.letsencrypt.org/directory',
        x_terms_of_service_accepted: 'https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf',
      },
      doc: 'Try AutoSSL with certificates that no browser trusts, and with high limits.',
      fails: 'host_failed',
    },
    {
      args: { provider: 'LetsEncrypt', x_profile: 'tlsserver' },
      doc: 'Order another kind of certificates from now on. get_autossl_providers lists those of the issuer.',
      fails: 'host_failed',
    },
    {
      args: {
        provider: 'LetsEncrypt',
        x_dns_hook: '/opt/acme.sh/dnsapi/dns_cf.sh',
        x_dns_hook_user: 'dns-hook',
      },
      doc: 'Validate names whose zones are at Cloudflare by DNS, with acme.sh’s functions, as a system user of their own.',
      fails: 'bad_param',
    },
  ],

  async handler(args, context) {
    await register(context, wishesOf(args), false);
  },
});
