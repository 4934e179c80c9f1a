import { defineFunction } from '../../core/define.ts';
import { tryUrl } from '../../capabilities/notify/driver/notifications/try.ts';
import * as places from '../../capabilities/notify/rules/places.ts';

export default defineFunction({
  name: 'verify_posturl_access',
  since: 52,
  summary: 'Send a test notification to every web address that is stored for notifications.',
  description:
    'The addresses are those of CONTACTPOSTURL, a Tweak Setting of the module Basic. The call succeeds even if an address ' +
    'does not accept the message: see “success” of each result.',
  access: 'root',
  effect: 'calls',
  params: {},
  returns: {
    results: {
      list: {
        fields: {
          url: { type: 'string', doc: 'The web address.' },
          result: {
            fields: {
              message_id: { type: 'string', doc: 'The ID in the message.' },
              payload: {
                fields: {
                  success: { type: 'flag', doc: 'Whether the address accepted the message.' },
                  status: { type: 'string', doc: 'The status of HTTP: 200. Empty if there was no response.' },
                  reason: { type: 'string', doc: 'The text of the status, or why there was no response.' },
                  protocol: { type: 'string', doc: 'The protocol: HTTP/1.1.' },
                  url: { type: 'string', doc: 'The web address.' },
                  headers: { type: 'any', doc: 'The headers of the response, by name.' },
                  content: { type: 'string', doc: 'The body of the response: at most 64 KiB.' },
                },
                doc: 'The response.',
              },
            },
            doc: 'What happened.',
          },
        },
      },
      doc: 'One row for each address.',
    },
  },
  list: 'results',
  examples: [{ args: {}, doc: 'Try all web addresses.' }],

  async handler(_args, context) {
    const { transaction, sealer, inform } = context;
    const urls = await transaction('reads', (db) => places.urls({ db, sealer }));
    if (urls.length === 0) {
      inform('No web address is stored. Set CONTACTPOSTURL with set_tweaksetting, module=Basic.');
    }
    const results = [];
    for (const url of urls) results.push({ url, result: await tryUrl(context, url) });
    return { results };
  },
});
