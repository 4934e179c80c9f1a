import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { keyItemAnswer, keyItemFields } from '../../capabilities/certificates/rules/item-answers.ts';
import {
  byIdOrName,
  FEATURE,
  SECRET_KEY_NOTE,
  wantedItem,
} from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';

export default defineUapi({
  name: 'SSL::show_key',
  since: 42,
  summary: 'Show a private key of the account.',
  description:
    'The key is a secret. Do not share it with anyone: whoever has it can pretend to be your website. ' +
    SECRET_KEY_NOTE,
  feature: FEATURE,
  effect: 'reads',
  params: wantedItem('key'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: {
    fields: {
      text: { type: 'string', doc: 'The key in PEM.', secret: true },
      details: {
        fields: { ...keyItemFields, key: { type: 'string', doc: 'The key in PEM.', secret: true } },
        doc: 'What it is.',
      },
    },
  },
  examples: [
    {
      args: { friendly_name: 'Shop 2027' },
      doc: 'A key by its name.',
      setUp: ['SSL::generate_key'],
    },
  ],

  async handler(wanted, context) {
    const { user } = context.caller;
    const item = items.find(items.keyKind, await items.listKeys(context, user), wanted);
    const text = await stored.findKey(context, user, item.id);
    if (text === undefined) throw notFound('The key was deleted meanwhile.');
    return { text, details: { ...keyItemAnswer(item), key: text } };
  },
});
