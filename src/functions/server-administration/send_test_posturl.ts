import { defineFunction } from '../../core/define.ts';
import { sendTestTo } from '../../capabilities/notify/driver/notifications/try.ts';
import * as form from '../../capabilities/notify/rules/contact-form.ts';

export default defineFunction({
  name: 'send_test_posturl',
  since: 52,
  summary: 'Send a test notification to a web address.',
  description:
    'The message is a form with the fields hostname, subject and body, sent by POST as notifications are. The address must ' +
    'begin with https:// and lead to a public IP address. Redirects are not followed. Any other status than success (200 ' +
    'to 299) fails.',
  access: 'root',
  effect: 'calls',
  params: {
    url: { ...form.postUrl, required: true, doc: 'The web address, with its query. It can contain secrets.' },
  },
  returns: { message_id: { type: 'string', doc: 'The ID in the message.' } },
  examples: [
    {
      args: { url: 'https://192.0.2.1/hook?key=12345' },
      doc: 'Try a web address.',
      fails: 'bad_param',
    },
  ],

  handler: ({ url }, context) => sendTestTo(context, url),
});
