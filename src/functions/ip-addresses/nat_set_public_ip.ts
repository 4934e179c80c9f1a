import { defineFunction } from '../../core/define.ts';
import { ipv4Address } from '../../core/params.ts';
import * as nat from '../../capabilities/addresses/rules/nat.ts';
import * as serverAddresses from '../../capabilities/addresses/rules/server-addresses.ts';

export default defineFunction({
  name: 'nat_set_public_ip',
  since: 40,
  summary: 'Set which public IP address belongs to a local one, for a server behind NAT.',
  description:
    'The same address for both removes what was set. Each public address belongs to one local one.',
  access: 'root',
  effect: 'changes',
  params: {
    local_ip: { ...ipv4Address, required: true, doc: 'An IPv4 address of this server.' },
    public_ip: { ...ipv4Address, required: true, doc: 'The public address.' },
  },
  returns: null,
  examples: [
    {
      args: { local_ip: '192.0.2.1', public_ip: '198.51.100.1' },
      doc: 'The public address of 192.0.2.1 is 198.51.100.1.',
    },
  ],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler({ local_ip, public_ip }, { db }, machine) {
    serverAddresses.assertHas(machine, local_ip, 'local_ip');
    await nat.setPublicAddress(db, local_ip, public_ip);
  },
});
