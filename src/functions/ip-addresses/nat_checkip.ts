import { defineFunction } from '../../core/define.ts';
import { ipv4Address } from '../../core/params.ts';
import * as nat from '../../capabilities/addresses/rules/nat.ts';
import * as serverAddresses from '../../capabilities/addresses/rules/server-addresses.ts';

export default defineFunction({
  name: 'nat_checkip',
  since: 40,
  summary: 'Check whether a local address has the public address that is set for it.',
  description:
    'The server asks a service in the Internet from the local address, by default https://checkip.amazonaws.com/. The ' +
    'environment variable WHMAPI1_PUBLIC_ADDRESS_SERVICE names another one, or none if it is empty.',
  access: 'root',
  effect: 'reads',
  params: { ip: { ...ipv4Address, required: true, doc: 'An IPv4 address of this server.' } },
  returns: { checked_ip: { type: 'string', doc: 'The local address.' } },
  examples: [
    { args: { ip: '192.0.2.1' }, doc: 'Check the public address of 192.0.2.1.', fails: 'host_failed' },
  ],

  async look({ ip }, context) {
    const addresses = await context.machine.addresses();
    serverAddresses.assertHas(await addresses.list(), ip, 'ip');
    return addresses.askPublicAddress(ip);
  },

  async handler({ ip }, { db }, seen) {
    await nat.assertPublicAddress(db, ip, seen);
    return { checked_ip: ip };
  },
});
