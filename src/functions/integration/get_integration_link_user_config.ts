import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';

export default defineFunction({
  name: 'get_integration_link_user_config',
  since: 54,
  summary: 'Show the configuration of an integration link of an account, without its token.',
  access: ['cpanel-integration'],
  effect: 'reads',
  params: { app: form.app, user: form.account },
  returns: {
    userconfig: {
      fields: {
        app: { type: 'string', doc: 'The name of the link.' },
        autologin_token_url: {
          type: 'string',
          doc: 'The URL that the token is sent to. Empty if there is none.',
        },
        base64_png_image: { type: 'string', doc: 'The image: a PNG in Base64. Empty if there is none.' },
        implements: { type: 'string', doc: 'The purpose of the link, such as billing.' },
        label: { type: 'string', doc: 'The text that the user sees.' },
        subscriber_unique_id: { type: 'string', doc: 'The ID by which the application knows the user.' },
        url: { type: 'string', doc: 'The URL that is opened without a login. Empty if there is none.' },
        user: { type: 'string', doc: 'The account.' },
      },
    },
  },
  examples: [
    {
      args: { user: 'bob', app: 'WHMCS_billing' },
      doc: 'The link to the billing system.',
      setUp: ['createacct', 'create_integration_link'],
    },
  ],

  async handler({ app, user }, { caller, db }) {
    const { username } = await accounts.get(db, caller, user);
    const link = await links.get(db, username, app);
    return {
      userconfig: {
        app,
        autologin_token_url: link.autologinUrl,
        base64_png_image: link.image,
        implements: link.implements,
        label: link.label,
        subscriber_unique_id: link.subscriber,
        url: link.url,
        user: username,
      },
    };
  },
});
