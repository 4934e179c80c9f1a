import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';

export default defineUapi({
  name: 'ContactInformation::get_pushbullet_access_token',
  since: 130,
  summary: 'Show the access token of Pushbullet with which the account is notified.',
  description:
    'The server stores it encrypted. A person who has it can read all notes of that user of Pushbullet.',
  effect: 'reads',
  feature: 'updatecontact',
  params: {},
  returns: { type: 'string', doc: 'The access token. Empty if there is none.' },
  examples: [{ args: {}, doc: 'The access token.' }],

  async handler(_args, context) {
    const { caller, db } = context;
    const { username } = await accounts.getOwn(db, caller);
    assertConfirmed(caller, 'read the access token of Pushbullet');
    return contacts.pushbulletToken(context, username);
  },
});
