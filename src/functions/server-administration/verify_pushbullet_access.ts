import { defineFunction } from '../../core/define.ts';
import { tryToken } from '../../capabilities/notify/driver/notifications/try.ts';
import * as places from '../../capabilities/notify/rules/places.ts';

export default defineFunction({
  name: 'verify_pushbullet_access',
  since: 52,
  summary: 'Send a test notification to every Pushbullet account that is stored for notifications.',
  description:
    'The accounts are those of CONTACTPUSHBULLET, a Tweak Setting of the module Basic. The call succeeds even if Pushbullet ' +
    'does not accept a token: the payload then has the field “error”.',
  access: 'root',
  effect: 'calls',
  params: {},
  returns: {
    results: {
      list: {
        fields: {
          access_token: { type: 'string', doc: 'The access token.' },
          result: {
            fields: {
              message_id: { type: 'string', doc: 'The ID in the note.' },
              payload: {
                type: 'any',
                doc: 'What Pushbullet answered. “error”: why it did not accept the note.',
              },
            },
            doc: 'What happened.',
          },
        },
      },
      doc: 'One row for each account.',
    },
  },
  list: 'results',
  examples: [{ args: {}, doc: 'Try all Pushbullet accounts.' }],

  async handler(_args, context) {
    const { transaction, sealer, inform } = context;
    const tokens = await transaction('reads', (db) => places.tokens({ db, sealer }));
    if (tokens.length === 0) {
      inform('No access token is stored. Set CONTACTPUSHBULLET with set_tweaksetting, module=Basic.');
    }
    const results = [];
    for (const access_token of tokens) {
      results.push({ access_token, result: await tryToken(context, access_token) });
    }
    return { results };
  },
});
