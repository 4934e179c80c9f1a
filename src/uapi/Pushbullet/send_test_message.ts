import { defineUapi } from '../../core/define-uapi.ts';
import { sendTestNote } from '../../capabilities/notify/driver/notifications/try.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';

export default defineUapi({
  name: 'Pushbullet::send_test_message',
  since: 52,
  summary: 'Send a test notification to a Pushbullet account.',
  description:
    'ContactInformation::set_pushbullet_access_token stores a token, so that the account is notified there.',
  effect: 'calls',
  feature: 'updatecontact',
  params: {
    access_token: {
      ...form.pushbulletToken,
      required: true,
      doc: 'The access token, from the settings of Pushbullet.',
    },
  },
  returns: {
    fields: {
      message_id: { type: 'string', doc: 'The ID in the note.' },
      payload: { type: 'any', doc: 'What Pushbullet answered.' },
    },
  },
  examples: [{ args: { access_token: 'o.abc123' }, doc: 'Try a Pushbullet account.', fails: 'host_failed' }],

  handler: ({ access_token }, context) => sendTestNote(context, access_token),
});
