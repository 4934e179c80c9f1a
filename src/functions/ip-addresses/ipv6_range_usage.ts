import { defineFunction } from '../../core/define.ts';
import { rangeName } from '../../capabilities/addresses/rules/ipv6-range-form.ts';
import * as ranges from '../../capabilities/addresses/rules/ipv6-ranges.ts';

export default defineFunction({
  name: 'ipv6_range_usage',
  since: 40,
  summary: 'Show how many addresses of an IPv6 range are used, free and forbidden.',
  description:
    'Counts above 9,007,199,254,740,991 are rounded, because JSON readers do not keep more digits.',
  access: 'root',
  effect: 'reads',
  params: { name: { ...rangeName, required: true, doc: 'The range’s name.' } },
  returns: {
    usage: {
      fields: {
        used: { type: 'integer', doc: 'Addresses that accounts have.' },
        free: { type: 'integer', doc: 'Addresses that accounts can get.' },
        forbidden: { type: 'integer', doc: 'Addresses at the beginning that accounts do not get.' },
      },
      doc: 'The numbers of addresses.',
    },
  },
  examples: [
    {
      args: { name: 'hosting' },
      doc: 'The addresses of the range “hosting”.',
      setUp: ['ipv6_range_add'],
    },
  ],

  async handler({ name }, { db }) {
    const { used, free, forbidden } = await ranges.usageOf(db, await ranges.get(db, name));
    return { usage: { used: Number(used), free: Number(free), forbidden: Number(forbidden) } };
  },
});
