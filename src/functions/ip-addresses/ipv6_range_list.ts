import { defineFunction } from '../../core/define.ts';
import * as listed from '../../capabilities/addresses/rules/ipv6-list.ts';

export default defineFunction({
  name: 'ipv6_range_list',
  since: 40,
  summary: 'List the ranges of IPv6 addresses, with the accounts that have some.',
  description: '“SHARED” is the server’s own IPv6 address. It is listed if the server has one.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    range: {
      list: {
        fields: {
          name: { type: 'string', doc: 'The range’s name.' },
          CIDR: { type: 'string', doc: 'The network, such as 2001:db8:1::/64.' },
          first: { type: 'string', doc: 'Its first address, with every digit.' },
          last: { type: 'string', doc: 'Its last address.' },
          enabled: { type: 'flag', doc: 'Whether accounts can get addresses of it.' },
          note: { type: 'string', doc: 'The note.' },
          owner: { type: 'string', doc: 'Who added it.' },
          mostrecent: {
            type: 'string',
            doc: 'The address that an account got last; empty if none ever did.',
          },
          range_users: { list: { type: 'string' }, doc: 'The accounts that have an address of it.' },
          reclaimed: { list: { type: 'string' }, doc: 'Addresses that accounts gave back.' },
        },
      },
      doc: 'The ranges, “SHARED” first.',
    },
  },
  list: 'range',
  columns: ['name', 'CIDR', 'enabled', 'note', 'range_users'],
  examples: [
    {
      args: {},
      doc: 'The ranges of this server.',
      setUp: ['ipv6_range_add'],
    },
  ],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler(_, { db }, machine) {
    return { range: await listed.read(db, machine) };
  },
});
