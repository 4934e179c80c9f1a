import { defineFunction } from '../../core/define.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'lookupnsips',
  since: 60,
  summary: 'Show the IPv4 and IPv6 address of a nameserver, as found in DNS.',
  access: ['ns-config', 'create-acct', 'create-dns'],
  effect: 'looks',
  params: { host: { ...domainName, required: true, doc: 'The hostname of the nameserver.' } },
  returns: {
    ipv4: { type: 'string', optional: true, doc: 'The first IPv4 address, if it has one.' },
    ipv6: { type: 'string', optional: true, doc: 'The first IPv6 address, if it has one.' },
  },
  examples: [
    {
      args: { host: 'ns1.example.com' },
      doc: 'Show the addresses of ns1.example.com.',
      fails: 'host_failed',
    },
  ],

  async handler({ host }, { machine }) {
    const resolver = await machine.resolver();
    const [[ipv4], [ipv6]] = await Promise.all([resolver.ipv4(host), resolver.ipv6(host)]);
    return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
  },
});
