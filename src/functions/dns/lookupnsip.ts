import { defineFunction } from '../../core/define.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'lookupnsip',
  since: 11,
  summary: 'Show the IPv4 address of a nameserver, as found in DNS.',
  access: ['ns-config', 'create-acct', 'create-dns'],
  effect: 'looks',
  params: {
    host: { ...domainName, required: true, alias: ['nameserver'], doc: 'The hostname of the nameserver.' },
  },
  returns: { ip: { type: 'string|null', doc: 'The first address. null if it has none.' } },
  examples: [
    { args: { host: 'ns1.example.com' }, doc: 'Show the address of ns1.example.com.', fails: 'host_failed' },
  ],

  async handler({ host }, { machine }) {
    const [ip = null] = await (await machine.resolver()).ipv4(host);
    return { ip };
  },
});
