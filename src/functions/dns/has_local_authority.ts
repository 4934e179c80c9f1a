import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookAtAuthority } from '../../drivers/zones/look.ts';
import { domainName } from '../../model/accounts/names.ts';
import { publicAddresses } from '../../model/addresses/nat.ts';

/** Each of them takes several lookups. */
const MAX_DOMAINS = 20;

export default defineFunction({
  name: 'has_local_authority',
  since: 78,
  summary: 'Check whether this server is the one that answers for domains in DNS.',
  description:
    'It is if the name servers of the domain in DNS have an address of this server. ' +
    `One call can have ${MAX_DOMAINS} domains.`,
  access: ['create-acct', 'create-dns', 'edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: { ...domainName, required: true, list: true, doc: 'A domain. Repeatable.' } },
  returns: {
    records: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          local_authority: { type: 'flag', doc: '1 if this server answers for it.' },
          nameservers: { list: { type: 'string', doc: 'A host name.' }, doc: 'Its name servers.' },
          zone: {
            type: 'string|null',
            doc: 'The domain that these are the name servers of: itself, or one above it.',
          },
          error: { type: 'string', optional: true, doc: 'Why it could not be found out.' },
        },
      },
      doc: 'The domains, in the order of the call.',
    },
  },
  list: 'records',
  examples: [{ args: { domain: 'example.com' }, doc: 'Whether this server answers for example.com.' }],

  async look({ domain }, { machine }) {
    if (domain.length > MAX_DOMAINS) {
      throw badParam(`One call can have ${MAX_DOMAINS} domains, not ${domain.length}. Make several calls.`);
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
