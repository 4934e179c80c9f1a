import { defineFunction } from '../../core/define.ts';
import * as display from '../../capabilities/logins/rules/identity-providers/display.ts';
import {
  providerId,
  readTexts,
  serviceName,
} from '../../capabilities/logins/rules/identity-providers/provider-form.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'set_provider_display_configurations',
  since: 54,
  summary: 'Set how an identity provider appears on the login page of a service.',
  description: 'Fields that are not set are kept. An empty text restores the default.',
  access: 'root',
  effect: 'changes',
  params: {
    provider_id: providerId,
    service_name: serviceName,
    configurations: {
      type: 'json',
      required: true,
      doc:
        'A JSON object with any of “color”, “textcolor” (six hexadecimal digits), “label”, “display_name”, “icon” (Base64), ' +
        '“icon_type” (image/png, image/jpeg or image/svg+xml) and “documentation_url”.',
    },
  },
  returns: null,
  examples: [
    {
      args: {
        provider_id: 'google',
        service_name: 'whostmgrd',
        configurations: '{"color":"334488","display_name":"Hosting Center","textcolor":"ffffff"}',
      },
      doc: 'Change the name and the colours of a button.',
    },
  ],

  async handler({ provider_id: provider, service_name: service, configurations }, { db }) {
    await providers.assertExists(db, provider);
    await display.change(db, { provider, service }, readTexts(configurations, display.displayNames));
  },
});
