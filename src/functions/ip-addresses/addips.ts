import { addAddresses } from '../../capabilities/addresses/plans/change-addresses.ts';
import { defineFunction } from '../../core/define.ts';
import {
  describeAdded,
  findPlace,
  readNewAddresses,
} from '../../capabilities/addresses/rules/new-addresses.ts';
import { readNetmask } from '../../capabilities/addresses/rules/netmask.ts';

export default defineFunction({
  name: 'addips',
  since: 11,
  summary: 'Add IPv4 addresses to the server.',
  description:
    'They are bound to the network interface of the main address, and kept over a reboot by what configures that interface: ' +
    'netplan, systemd-networkd or ifupdown. The first and the last address of the network that the netmask says are left out ' +
    'of ranges. Addresses that were added before stay, so the call can be repeated.',
  access: 'root',
  effect: 'operates',
  params: {
    ips: {
      type: 'string',
      required: true,
      doc: 'IPv4 addresses (192.0.2.10), networks (192.0.2.0/28) and ranges (192.0.2.10-192.0.2.20), separated by commas.',
    },
    netmask: { type: 'string', required: true, doc: 'The netmask, such as 255.255.255.0.' },
    excludes: {
      type: 'string',
      default: '',
      doc: 'Addresses and ranges that are not added, separated by commas.',
    },
  },
  returns: null,
  examples: [
    { args: { ips: '192.0.2.10', netmask: '255.255.255.0' }, doc: 'Add one address.' },
    {
      args: { ips: '198.51.100.16/28', netmask: '255.255.255.240', excludes: '198.51.100.17' },
      doc: 'Add a network without the address of its router.',
    },
  ],

  async look(_, { machine }) {
    const addresses = await machine.addresses();
    return { server: await addresses.list(), place: await addresses.findPlace(4) };
  },

  handler({ ips, netmask, excludes }, { plan, inform, warn, reason, isDryRun }, { server, place: found }) {
    const place = findPlace(found);
    const form = { ips, excludes, prefixLength: readNetmask(netmask) };
    const read = readNewAddresses(form, { server, interface: place.interface });
    for (const range of read.uselessExcludes) warn(`“excludes” has ${range}, which is not in “ips”.`);
    for (const one of read.existing) {
      inform(`The server already has the address ${one.address}, on the interface “${one.interface}”.`);
    }
    reason('Success');
    if (read.added.length === 0) return;
    if (place.keeper === null) {
      warn(
        `The addresses are lost at the next reboot: neither netplan nor systemd-networkd nor ifupdown configures the interface “${place.interface}”. Run addips again after it.`,
      );
    }
    if (!isDryRun) for (const one of read.added) inform(describeAdded(one, form.prefixLength));
    plan(addAddresses(read.added));
  },
});
