import { defineFunction } from '../../core/define.ts';
import * as display from '../../capabilities/logins/rules/identity-providers/display.ts';
import * as providers from '../../capabilities/logins/rules/identity-providers/providers.ts';

export default defineFunction({
  name: 'get_available_authentication_providers',
  since: 54,
  summary: 'List the identity providers, their appearance, and for which services they are enabled.',
  description:
    'Users log in through identity providers by OpenID Connect. The list has the providers that this program knows, and ' +
    'those that set_provider_client_configurations added.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    providers: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The provider’s ID, for the other functions.' },
          provider_name: { type: 'string', doc: 'The same as “id”.' },
          display_name: { type: 'string', doc: 'Its name for people.' },
          label: { type: 'string', doc: 'The text of its button on the login page.' },
          color: { type: 'string', doc: 'The button’s colour: six hexadecimal digits.' },
          textcolor: { type: 'string', doc: 'The colour of the button’s text: six hexadecimal digits.' },
          icon: { type: 'string', doc: 'The button’s image in Base64. Empty if there is none.' },
          icon_type: { type: 'string', doc: 'The media type of the image.' },
          documentation_url: { type: 'string', doc: 'A page about logins with this provider.' },
          configured: { type: 'flag', doc: 'Whether it is configured for a service.' },
          cpaneld_enabled: { type: 'flag', doc: 'Whether it is enabled for the pages of accounts.' },
          webmaild_enabled: { type: 'flag', doc: 'Whether it is enabled for Webmail.' },
          whostmgr_enabled: { type: 'flag', doc: 'Whether it is enabled for WHM, the pages of this server.' },
          cpaneld_link: { type: 'string', doc: 'Where a login of an account begins.' },
          webmaild_link: { type: 'string', doc: 'Where a login to Webmail begins.' },
          whostmgrd_link: { type: 'string', doc: 'Where a login to WHM begins.' },
        },
      },
      doc: 'One row for each provider.',
    },
  },
  list: 'providers',
  columns: ['id', 'display_name', 'configured', 'whostmgr_enabled'],
  examples: [{ args: {}, doc: 'List the identity providers.' }],

  async handler(_args, { db, system }) {
    const hostname = system.hostname();
    const registrations = await providers.list(db);
    const rows = [];
    for (const id of await providers.listIds(db)) {
      const own = registrations.filter(({ provider }) => provider === id);
      const isEnabledFor = (service: string) =>
        Number(own.some((one) => one.service === service && one.isEnabled));
      rows.push({
        id,
        provider_name: id,
        ...(await display.read(db, id, 'whostmgrd')),
        configured: Number(own.length > 0),
        cpaneld_enabled: isEnabledFor('cpaneld'),
        webmaild_enabled: isEnabledFor('webmaild'),
        whostmgr_enabled: isEnabledFor('whostmgrd'),
        cpaneld_link: providers.loginLink(id, 'cpaneld', hostname),
        webmaild_link: providers.loginLink(id, 'webmaild', hostname),
        whostmgrd_link: providers.loginLink(id, 'whostmgrd', hostname),
      });
    }
    return { providers: rows };
  },
});
