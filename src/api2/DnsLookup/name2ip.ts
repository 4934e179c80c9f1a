import { defineApi2 } from '../../core/define-uapi.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineApi2({
  name: 'DnsLookup::name2ip',
  since: null,
  summary: 'Show the IPv4 address of a domain, as found in DNS.',
  effect: 'looks',
  feature: 'nettools',
  failureRow: 'status statusmsg',
  params: { domain: { ...domainName, required: true, doc: 'The domain.' } },
  returns: {
    fields: {
      status: { type: 'flag', doc: '1 if it has an address.' },
      statusmsg: { type: 'string', doc: 'What was found, or why it failed.' },
      domain: { type: 'string', doc: 'The domain.' },
      ip: { type: 'string', doc: 'The first address; empty if there is none.' },
    },
  },
  examples: [
    { args: { domain: 'example.com' }, doc: 'Show the address of example.com.', fails: 'host_failed' },
  ],

  async handler({ domain }, { machine }) {
    const [ip] = await (await machine.resolver()).ipv4(domain);
    if (ip === undefined) return [{ status: 0, statusmsg: `“${domain}” has no address.`, domain, ip: '' }];
    return [{ status: 1, statusmsg: 'OK', domain, ip }];
  },
});
