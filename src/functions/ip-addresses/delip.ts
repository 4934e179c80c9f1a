import { removeAddresses } from '../../capabilities/addresses/plans/change-addresses.ts';
import { defineFunction } from '../../core/define.ts';
import { lookForTexts } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { findPublicAddress, publicAddresses } from '../../capabilities/addresses/rules/nat.ts';
import * as serverAddresses from '../../capabilities/addresses/rules/server-addresses.ts';
import { zonesNaming } from '../../capabilities/dns/rules/account-zones.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'delip',
  since: 11,
  summary: 'Remove an IPv4 address from the server.',
  description:
    'Only addresses that addips added and that nobody uses can be removed. The main address is not one of them. An address ' +
    'is in use if an account has it, if the accounts of a reseller share it, or if a DNS zone of this server names it.',
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
      setUp: ['addips'],
    },
  ],

  async look(_, { machine, system, transaction }) {
    const addresses = await (await machine.addresses()).list();
    const { hasDns, publicOnes } = await transaction('reads', async (db) => ({
      hasDns: (await rolesOf({ db, system })).has('DNS'),
      publicOnes: await publicAddresses(db),
    }));
    const added = addresses.filter(({ isAdded }) => isAdded).map(({ address }) => address);
    // Behind NAT, zones contain the public addresses.
    const named = added.flatMap((address) => [address, publicOnes.get(address) ?? []].flat());
    return {
      addresses,
      zones: hasDns ? await lookForTexts(machine, named) : [],
    };
  },

  async handler({ ip, ethernetdev, skipifshutdown }, { db, plan, warn, reason }, { addresses, zones }) {
    const device = ethernetdev.replace(/:.*$/s, '');
    const found = await serverAddresses.getRemovable(db, addresses, ip, device);
    const staying = skipifshutdown ? found.filter(({ isActive }) => !isActive) : [];
    for (const { address, interface: name } of staying) {
      warn(`${address} stays, because the interface “${name}” is down and skipifshutdown is 1.`);
    }
    const removed = found.filter((one) => !staying.includes(one)).map(({ address }) => address);
    if (removed.length === 0) return;
    for (const address of removed) {
      for (const record of new Set([address, await findPublicAddress(db, address)])) {
        serverAddresses.assertNotNamed(address, record, zonesNaming(record, zones));
      }
    }
    reason(`${removed.join(', ')} ${removed.length === 1 ? 'has' : 'have'} been removed.`);
    plan(removeAddresses(removed));
  },
});
