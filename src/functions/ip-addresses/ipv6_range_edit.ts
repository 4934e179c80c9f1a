import { defineFunction } from '../../core/define.ts';
import { newRangeName, rangeName, rangeNote } from '../../capabilities/addresses/rules/ipv6-range-form.ts';
import * as ranges from '../../capabilities/addresses/rules/ipv6-ranges.ts';

export default defineFunction({
  name: 'ipv6_range_edit',
  since: 40,
  summary: 'Change the name or the note of a range of IPv6 addresses.',
  description: 'Omitted parameters keep their values. Accounts keep their addresses.',
  access: 'root',
  effect: 'changes',
  params: {
    name: { ...rangeName, required: true, doc: 'The range’s current name.' },
    new_name: { ...newRangeName, doc: 'The range’s new name.' },
    note: { ...rangeNote, doc: 'The new note. An empty value clears it.' },
  },
  returns: null,
  examples: [
    {
      args: { name: 'hosting', new_name: 'hosting-1', note: 'Since 2026' },
      doc: 'Rename the range “hosting”, and change its note.',
      setUp: ['ipv6_range_add'],
    },
  ],

  async handler({ name, new_name, note }, { db }) {
    await ranges.edit(db, name, { newName: new_name, note });
  },
});
