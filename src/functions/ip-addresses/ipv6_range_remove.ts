import { defineFunction } from '../../core/define.ts';
import { rangeName } from '../../capabilities/addresses/rules/ipv6-range-form.ts';
import * as ranges from '../../capabilities/addresses/rules/ipv6-ranges.ts';

export default defineFunction({
  name: 'ipv6_range_remove',
  since: 40,
  summary: 'Remove a range of IPv6 addresses.',
  description:
    'A range from which accounts have addresses cannot be removed. Run ipv6_disable_account for them first.',
  destructive: 'The range is removed with its note. ipv6_range_add adds it again.',
  access: 'root',
  effect: 'changes',
  params: { name: { ...rangeName, required: true, doc: 'The range’s name.' } },
  returns: null,
  examples: [
    {
      args: { name: 'hosting' },
      doc: 'Remove the range “hosting”.',
      setUp: ['ipv6_range_add'],
    },
  ],

  async handler({ name }, { db }) {
    await ranges.remove(db, name);
  },
});
