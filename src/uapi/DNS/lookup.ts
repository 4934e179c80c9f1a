import { defineUapi } from '../../core/define-uapi.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineUapi({
  name: 'DNS::lookup',
  since: 90,
  summary: 'Show the addresses and mail servers of a domain, as found in DNS.',
  description: 'The lines are those of the program host(1). There are none if the domain does not exist.',
  effect: 'looks',
  feature: 'nettools',
  params: { domain: { ...domainName, required: true, doc: 'The domain.' } },
  returns: { list: { type: 'string' } },
  examples: [{ args: { domain: 'example.com' }, doc: 'Look up example.com.', fails: 'host_failed' }],

  async handler({ domain }, { machine }) {
    const resolver = await machine.resolver();
    const [ipv4, ipv6, mail] = await Promise.all([
      resolver.ipv4(domain),
      resolver.ipv6(domain),
      resolver.mailServers(domain),
    ]);
    return [
      ...ipv4.map((address) => `${domain} has address ${address}`),
      ...ipv6.map((address) => `${domain} has IPv6 address ${address}`),
      ...mail.map(({ preference, exchange }) => `${domain} mail is handled by ${preference} ${exchange}.`),
    ];
  },
});
