import { defineFunction } from '../../core/define.ts';
import * as serverAddresses from '../../capabilities/addresses/rules/server-addresses.ts';

export default defineFunction({
  name: 'listips',
  since: 11,
  summary: 'List the IPv4 addresses of the server, with whether they are used.',
  description:
    'Resellers see the addresses that they can assign. An address that addips added and that the interface has lost, such as ' +
    'by a restart of a network that nothing keeps, is listed with active=0. Run addips again to bind it.',
  access: 'any',
  effect: 'reads',
  params: {},
  returns: {
    ip: {
      list: {
        fields: {
          ip: { type: 'string', doc: 'The address.' },
          if: { type: 'string', doc: 'The network interface.' },
          netmask: { type: 'string', doc: 'The netmask.' },
          network: { type: 'string', doc: 'The address of the network.' },
          public_ip: {
            type: 'string',
            doc: 'The public address, for a server behind NAT.',
          },
          mainaddr: { type: 'flag', doc: 'Whether it is the server’s main address.' },
          active: { type: 'flag', doc: 'Whether the interface has it, and is up.' },
          used: { type: 'flag', doc: 'Whether an account has it, or the accounts of a reseller share it.' },
          dedicated: { type: 'flag', doc: 'Whether it is dedicated to one account.' },
          removable: { type: 'flag', doc: 'Whether delip can remove it.' },
        },
      },
      doc: 'The addresses, the main one first.',
    },
  },
  list: 'ip',
  examples: [{ args: {}, doc: 'The addresses of this server.' }],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler(_, { db, caller }, machine) {
    const addresses = await serverAddresses.list(db, caller, machine);
    return {
      ip: addresses.map((one) => ({
        ip: one.address,
        if: one.interface,
        netmask: one.netmask,
        network: one.network,
        public_ip: one.publicAddress,
        mainaddr: one.isMain ? 1 : 0,
        active: one.isActive ? 1 : 0,
        used: one.isUsed ? 1 : 0,
        dedicated: one.isDedicated ? 1 : 0,
        removable: one.isRemovable ? 1 : 0,
      })),
    };
  },
});
