import { defineUapi } from '../../core/define-uapi.ts';
import { ApiError } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import { ownPushbulletToken } from '../../capabilities/notify/rules/contact-form.ts';

export default defineUapi({
  name: 'ContactInformation::set_pushbullet_access_token',
  since: 130,
  summary: 'Set the access token of Pushbullet, so that the account is notified there too.',
  description: 'It replaces an earlier one. An empty one removes it. The server stores it encrypted.',
  effect: 'changes',
  feature: 'updatecontact',
  params: {
    pushbullet_access_token: { ...ownPushbulletToken, doc: 'The access token, or empty.' },
  },
  returns: null,
  examples: [{ args: { pushbullet_access_token: 'o.abc123' }, doc: 'Be notified by Pushbullet.' }],

  async handler({ pushbullet_access_token: token }, context) {
    if (token === undefined)
      throw new ApiError('missing_param', 'The parameter “pushbullet_access_token” is required.');
    const { username } = await accounts.getOwn(context.db, context.caller);
    await contacts.setPushbulletToken(context, username, token);
  },
});
