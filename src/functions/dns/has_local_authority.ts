import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookAtAuthority } from '../../drivers/zones/look.ts';
import { domainName } from '../../model/accounts/names.ts';
import { publicAddresses } from '../../model/addresses/nat.ts';

/** Per call, because each domain takes several lookups. */
const MAX_DOMAINS = 20;

export default defineFunction({
  name: 'has_local_authority',
  since: 78,
  summary: 'Check whether this server is authoritative for domains.',
  description:
    'The server is authoritative if one of the domain’s nameservers in DNS has an IP address of this server. ' +
    `At most ${MAX_DOMAINS} domains per call.`,
  access: ['create-acct', 'create-dns', 'edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: { ...domainName, required: true, list: true, doc: 'A domain. Repeatable.' } },
  returns: {
    records: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          local_authority: { type: 'flag', doc: '1 if this server is authoritative for it.' },
          nameservers: { list: { type: 'string', doc: 'A hostname.' }, doc: 'Its nameservers.' },
          zone: {
            type: 'string|null',
            doc: 'The domain that has these nameservers: the domain itself or a parent domain.',
          },
          error: { type: 'string', optional: true, doc: 'Why the lookup failed.' },
        },
      },
      doc: 'The domains in the order of the call.',
    },
  },
  list: 'records',
  examples: [
    { args: { domain: 'example.com' }, doc: 'Check whether this server is authoritative for example.com.' },
  ],

  async look({ domain }, { machine }) {
    if (domain.length > MAX_DOMAINS) {
      throw badParam(
        `Too many domains: a call accepts at most ${MAX_DOMAINS}, not ${domain.length}. Split them into ` +
          `several calls.`,
      );
    }
    const own = await (await machine.addresses()).list();
    const found = await Promise.all(domain.map((one) => lookAtAuthority(machine, one)));
    return { own: own.filter(({ scope }) => scope !== 'host').map(({ address }) => address), found };
  },

  async handler({ domain }, { db }, { own, found }) {
    const nat = await publicAddresses(db);
    const ours = new Set(own.flatMap((address) => [address, nat.get(address) ?? address]));
    return {
      records: domain.map((name, index) => {
        const { zone = null, nameservers = [], addresses = [], error } = found[index] ?? {};
        const isLocal = addresses.some((address) => ours.has(address));
        return {
          ...{ domain: name, local_authority: Number(isLocal), nameservers: [...nameservers], zone },
          ...(error === undefined ? {} : { error }),
        };
      }),
    };
  },
});
