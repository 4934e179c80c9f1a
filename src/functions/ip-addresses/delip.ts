import { removeAddresses } from '../../changes/change-addresses.ts';
import { defineFunction } from '../../core/define.ts';
import * as serverAddresses from '../../model/addresses/server-addresses.ts';

export default defineFunction({
  name: 'delip',
  since: 11,
  summary: 'Remove an IPv4 address from the server.',
  description:
    'Only addresses that addips added and that nobody uses can be removed. The main address is not one of them.',
  destructive: 'The server no longer has the address: connections to it end. addips adds it again.',
  access: 'root',
  effect: 'operates',
  params: {
    ip: {
      type: 'string',
      required: true,
      doc: 'The address. Also networks (192.0.2.0/28), ranges (192.0.2.10-192.0.2.20), or several of them, separated by commas.',
    },
    ethernetdev: {
      type: 'string',
      default: '',
      maxLength: 64,
      doc: 'The network interface that must have the address, such as eth0. A part after a colon is ignored.',
    },
    skipifshutdown: {
      type: 'flag',
      default: 0,
      doc: '1: an address stays if its interface is down. 0: it is removed then, too.',
    },
  },
  returns: null,
  examples: [
    {
      args: { ip: '192.0.2.10' },
      doc: 'Remove the address 192.0.2.10.',
      setUp: [{ command: 'addips', args: { ips: '192.0.2.10', netmask: '255.255.255.0' } }],
    },
  ],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler({ ip, ethernetdev, skipifshutdown }, { db, plan, warn, reason }, machine) {
    const device = ethernetdev.replace(/:.*$/s, '');
    const found = await serverAddresses.getRemovable(db, machine, ip, device);
    const staying = skipifshutdown ? found.filter(({ isActive }) => !isActive) : [];
    for (const { address, interface: name } of staying) {
      warn(`${address} stays, because the interface “${name}” is down and skipifshutdown is 1.`);
    }
    const removed = found.filter((one) => !staying.includes(one)).map(({ address }) => address);
    if (removed.length === 0) return;
    reason(`${removed.join(', ')} ${removed.length === 1 ? 'has' : 'have'} been removed.`);
    plan(removeAddresses(removed));
  },
});
