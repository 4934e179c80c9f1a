import { defineFunction } from '../../core/define.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineFunction({
  name: 'nvget',
  since: null,
  summary: 'Show a value that nvset has stored.',
  description:
    'Every user has values of their own. These are the values of personalization_get without “store”, which has taken ' +
    'the place of this function in WHM.',
  access: 'any',
  effect: 'reads',
  params: {
    key: { ...personal.valueName, required: true, list: true, doc: 'The name of the value. Repeatable.' },
  },
  returns: {
    value: { type: 'string|null', doc: 'The value of the first name. null if there is none.' },
    values: {
      keys: 'KEY',
      map: { type: 'string|null' },
      optional: true,
      doc: 'The value of every name, if the call has several.',
    },
  },
  examples: [
    {
      args: { key: 'favourite_page' },
      doc: 'The value of “favourite_page”.',
      setUp: ['nvset'],
    },
  ],

  async handler({ key }, context) {
    personal.assertCount('key', key.length);
    const values = await personal.get(context, personal.UNNAMED, key);
    const [value = null] = values.values();
    return values.size > 1 ? { value, values: Object.fromEntries(values) } : { value };
  },
});
