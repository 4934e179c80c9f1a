import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'resolvedomainname',
  since: 28,
  summary: 'Show the IPv4 address of a domain, as found in DNS.',
  access: ['create-acct', 'create-dns', 'edit-dns', 'manage-dns-records'],
  effect: 'looks',
  params: { domain: { ...domainName, required: true, doc: 'The domain.' } },
  returns: { ip: { type: 'string', doc: 'The first address.' } },
  examples: [
    { args: { domain: 'example.com' }, doc: 'Show the address of example.com.', fails: 'host_failed' },
  ],

  async handler({ domain }, { machine }) {
    const [ip] = await (await machine.resolver()).ipv4(domain);
    // The wording that clients match.
    if (ip === undefined) throw notFound('Unable to resolve domain name.');
    return { ip };
  },
});
