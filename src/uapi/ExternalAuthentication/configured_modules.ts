import { defineUapi } from '../../core/define-uapi.ts';
import * as display from '../../capabilities/logins/rules/identity-providers/display.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineUapi({
  name: 'ExternalAuthentication::configured_modules',
  since: 54,
  summary: 'List the identity providers with which accounts can log in.',
  description: 'Root enables them for the service cpaneld (enable_authentication_provider).',
  effect: 'reads',
  feature: 'password',
  params: {},
  returns: {
    list: {
      fields: {
        color: { type: 'string', doc: 'The colour of its button: six hexadecimal digits.' },
        display_name: { type: 'string', doc: 'Its name for people.' },
        documentation_url: { type: 'string', doc: 'A page about logins with this provider.' },
        icon: { type: 'string', doc: 'The image of its button in Base64. Empty if there is none.' },
        icon_type: { type: 'string', doc: 'The media type of the image.' },
        label: { type: 'string', doc: 'The text of its button.' },
        link: { type: 'string', doc: 'Where a login begins.' },
        provider_name: { type: 'string', doc: 'Its ID.' },
        textcolor: { type: 'string', doc: 'The colour of the text: six hexadecimal digits.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'The providers.' }],

  async handler(_args, { db, system }) {
    const rows = [];
    for (const { provider } of await providers.listEnabled(db, 'cpaneld')) {
      const link = providers.loginLink(provider, 'cpaneld', system.hostname());
      rows.push({ provider_name: provider, link, ...(await display.read(db, provider, 'cpaneld')) });
    }
    return rows;
  },
});
