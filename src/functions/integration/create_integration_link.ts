import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as groups from '../../capabilities/logins/rules/integration/groups.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';

export default defineFunction({
  name: 'create_integration_link',
  since: 54,
  summary: 'Create a link to another application, which an account’s user sees and can log in with.',
  description:
    'If the user follows a link with “autologin_token_url”, this server sends the application app, token, user and ' +
    'subscriber_unique_id in a POST request. The application responds with JSON: {"redirect_url": URL} to open that ' +
    'URL, or {"retry": SECONDS, "attempt": N} to be asked again, three times in all. If it does not respond, “url” is ' +
    'opened. An existing link of the same name is replaced. The link is on this server’s page if the user can log in ' +
    'there, as a reseller can.',
  access: ['cpanel-integration'],
  effect: 'changes',
  params: {
    app: form.app,
    implements: form.implementsWord,
    label: form.label,
    subscriber_unique_id: form.subscriber,
    token: form.token,
    user: form.account,
    autologin_token_url: { ...form.secureUrl, doc: 'The URL that the token is sent to.' },
    base64_png_image: form.image,
    group_id: {
      ...form.groupId,
      doc: 'The group: files, databases, domains, email, metrics, security, software, advanced, pref, or one of create_integration_group. Default: none.',
    },
    hide: { type: 'flag', default: 0, doc: '1: do not show the link.' },
    order: { ...form.order, default: 0 },
    url: { ...form.url, doc: 'The URL that is opened without a login.' },
  },
  emptyIsOmitted: true,
  oneOf: { count: 'at least', of: ['autologin_token_url', 'url'] },
  returns: null,
  examples: [
    {
      args: {
        user: 'bob',
        app: 'WHMCS_billing',
        implements: 'billing',
        label: 'Billing',
        subscriber_unique_id: '1234',
        token: 'fXPd3gR8',
        autologin_token_url: 'https://billing.example.com/login',
        url: 'https://billing.example.com/',
      },
      doc: 'A link that logs in. To keep the token out of the process list, use --file token=PATH.',
      setUp: ['createacct'],
    },
    {
      args: {
        user: 'bob',
        app: 'manual',
        implements: 'support',
        label: 'Manual',
        subscriber_unique_id: '-',
        token: '-',
        url: 'https://www.example.com/manual',
      },
      doc: 'A link without a login. The reference requires a token for it too, which is not used.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { caller, db } = context;
    const { autologin_token_url: autologinUrl = '', url = '', base64_png_image: image = '' } = args;
    const { group_id: groupId = '' } = args;
    const { username } = await accounts.get(db, caller, args.user);
    if (autologinUrl !== '') form.assertUrl('autologin_token_url', autologinUrl);
    if (url !== '') form.assertUrl('url', url);
    if (image !== '') form.assertPng(image);
    if (groupId !== '') await groups.assertExists(db, username, groupId);
    const { app, implements: purpose, label, subscriber_unique_id: subscriber, hide, order } = args;
    const shown = { isHidden: hide, position: order, groupId, image };
    const link = { app, implements: purpose, label, subscriber, autologinUrl, url, ...shown };
    await links.put(context, username, link, args.token);
  },
});
