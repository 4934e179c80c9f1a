import { defineFunction } from '../../core/define.ts';
import { newRangeName, rangeNote } from '../../capabilities/addresses/rules/ipv6-range-form.ts';
import * as ranges from '../../capabilities/addresses/rules/ipv6-ranges.ts';

export default defineFunction({
  name: 'ipv6_range_add',
  since: 40,
  summary: 'Add a range of IPv6 addresses from which accounts get theirs.',
  description:
    'The network has to be routed to this server. Its first 65,536 addresses are kept for routers and the server itself; of ' +
    'a network that has no more than that, only the first. Ranges do not overlap.',
  access: 'root',
  effect: 'changes',
  params: {
    name: { ...newRangeName, required: true, doc: 'The range’s name. “SHARED” is reserved.' },
    range: { type: 'string', required: true, maxLength: 64, doc: 'The network, such as 2001:db8:1::/64.' },
    enabled: {
      type: 'flag',
      default: 1,
      doc: '1: accounts can get addresses of the range. 0: it is kept in reserve.',
    },
    note: { ...rangeNote, default: '' },
  },
  returns: null,
  examples: [
    {
      args: { name: 'hosting', range: '2001:db8:1::/64' },
      doc: 'Allow accounts to get addresses of 2001:db8:1::/64.',
    },
  ],

  async handler({ name, range, enabled, note }, { db, caller }) {
    await ranges.add(db, { name, range, note, isEnabled: enabled, owner: caller.user });
  },
});
