import { defineFunction } from '../../core/define.ts';
import { providerParams, wishesOf } from '../../capabilities/certificates/rules/autossl/providers.ts';
import { register } from '../../capabilities/certificates/rules/autossl/registrations.ts';

export default defineFunction({
  name: 'reset_autossl_provider',
  since: 58,
  summary: 'Create a new account with a new key at an AutoSSL provider.',
  description:
    'Use it if the account’s key may be known to somebody else, or if the issuer has closed the account. Installed ' +
    'certificates stay valid. Orders of the former account are not continued. The provider is enabled.',
  access: 'root',
  effect: 'calls',
  params: providerParams,
  returns: null,
  examples: [
    {
      args: { provider: 'LetsEncrypt' },
      doc: 'Register again, under the terms that were accepted before.',
      fails: 'host_failed',
    },
  ],

  async handler(args, context) {
    await register(context, wishesOf(args), true);
  },
});
