import { defineFunction } from '../../core/define.ts';
import { ipv4Address } from '../../core/params.ts';
import * as nat from '../../capabilities/addresses/rules/nat.ts';

export default defineFunction({
  name: 'get_public_ip',
  since: 62,
  summary: 'Show the public IP address of a local one, for a server behind NAT.',
  description: 'An address for which nat_set_public_ip has set nothing is returned as it is.',
  access: 'any',
  effect: 'reads',
  params: { ip: { ...ipv4Address, required: true, doc: 'The local IPv4 address.' } },
  returns: { public_ip: { type: 'string', doc: 'The public address.' } },
  examples: [{ args: { ip: '192.0.2.1' }, doc: 'The public address of 192.0.2.1.' }],

  async handler({ ip }, { db }) {
    return { public_ip: await nat.findPublicAddress(db, ip) };
  },
});
