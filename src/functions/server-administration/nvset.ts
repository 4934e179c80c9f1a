import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineFunction({
  name: 'nvset',
  since: null,
  summary: 'Set a value that the server keeps until it is set again.',
  description:
    'Every user has values of their own. nvget returns them, and so does personalization_get without “store”. To ' +
    'remove a value, run personalization_set with null as its value.',
  access: 'any',
  effect: 'changes',
  params: {
    key: { ...personal.valueName, required: true, list: true, doc: 'The name of the value. Repeatable.' },
    value: {
      ...personal.valueText,
      list: true,
      doc: `${personal.valueText.doc} It can also be empty. Repeatable: one for each “key”, in the same order.`,
    },
  },
  returns: null,
  examples: [
    { args: { key: 'favourite_page', value: 'listaccts' }, doc: 'Store “listaccts” as “favourite_page”.' },
    {
      args: { key: ['favourite_page', 'colours'], value: ['listaccts', 'dark'] },
      doc: 'Store two values.',
    },
  ],

  async handler({ key, value }, context) {
    if (key.length !== value.length) {
      throw badParam(
        `Every “key” should have one “value”. The call has ${key.length} and ${value.length} of them.`,
      );
    }
    const twice = key.find((name, at) => key.indexOf(name) !== at);
    if (twice !== undefined)
      throw badParam(`The parameter “key” has ${quote(twice)} twice. Use it only once.`);
    personal.assertCount('key', key.length);
    const values = new Map(value.map((text, at) => [key[at] ?? '', text]));
    await personal.put(context, personal.UNNAMED, values);
  },
});
