import { defineFunction } from '../../core/define.ts';
import { sendTestNote } from '../../capabilities/notify/driver/notifications/try.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';

export default defineFunction({
  name: 'send_test_pushbullet_note',
  since: 52,
  summary: 'Send a test notification to a Pushbullet account.',
  access: 'root',
  effect: 'calls',
  params: {
    access_token: {
      ...form.pushbulletToken,
      required: true,
      doc: 'The account’s access token, from the settings of Pushbullet.',
    },
  },
  returns: {
    message_id: { type: 'string', doc: 'The ID in the note.' },
    payload: { type: 'any', doc: 'What Pushbullet answered.' },
  },
  examples: [{ args: { access_token: 'o.abc123' }, doc: 'Try a Pushbullet account.', fails: 'host_failed' }],

  handler: ({ access_token }, context) => sendTestNote(context, access_token),
});
