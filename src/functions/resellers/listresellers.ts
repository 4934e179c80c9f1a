import { defineFunction } from '../../core/define.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'listresellers',
  since: 11,
  summary: 'List the resellers.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { reseller: { list: { type: 'string' }, doc: 'The names of the resellers, sorted.' } },
  list: 'reseller',
  examples: [
    {
      args: {},
      doc: 'All resellers.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(_args, context) {
    return { reseller: await resellers.readNames(context) };
  },
});
