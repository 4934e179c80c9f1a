import { defineFunction } from '../../core/define.ts';
import * as display from '../../capabilities/logins/rules/identity-providers/display.ts';
import { providerId, services } from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'get_provider_display_configurations',
  since: 58,
  summary: 'Show how an identity provider appears on the login pages.',
  access: 'root',
  effect: 'reads',
  params: { provider_id: providerId },
  returns: {
    configurations: {
      list: {
        fields: {
          service: { type: 'string', doc: 'The service: cpaneld, webmaild or whostmgrd.' },
          provider_name: { type: 'string', doc: 'The provider’s ID.' },
          display_name: { type: 'string', doc: 'Its name for people.' },
          label: { type: 'string', doc: 'The text of its button.' },
          color: { type: 'string', doc: 'The button’s colour: six hexadecimal digits.' },
          textcolor: { type: 'string', doc: 'The colour of the button’s text: six hexadecimal digits.' },
          icon: { type: 'string', doc: 'The button’s image in Base64. Empty if there is none.' },
          icon_type: { type: 'string', doc: 'The media type of the image.' },
          documentation_url: { type: 'string', doc: 'A page about logins with this provider.' },
          link: { type: 'string', doc: 'The path at which a login begins.' },
        },
      },
      doc: 'One row for each service.',
    },
  },
  list: 'configurations',
  columns: ['service', 'display_name', 'label', 'color', 'textcolor'],
  examples: [{ args: { provider_id: 'google' }, doc: 'Show the buttons for Google.' }],

  async handler({ provider_id: provider }, { db }) {
    await providers.assertExists(db, provider);
    const configurations = [];
    for (const service of services) {
      configurations.push({
        service,
        provider_name: provider,
        ...(await display.read(db, provider, service)),
        link: providers.startPath(provider),
      });
    }
    return { configurations };
  },
});
