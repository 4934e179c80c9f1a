import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { domainName } from '../../model/accounts/names.ts';
import { update } from '../../model/dns/nameservers.ts';

const server = {
  ...domainName,
  pattern: {
    matches: new RegExp(`^$|${domainName.pattern.matches.source}`, 'i'),
    expects: `${domainName.pattern.expects}, or empty to remove it`,
  },
} as const;

export default defineFunction({
  name: 'update_nameservers_config',
  since: 76,
  summary: 'Set the name servers that new zones get.',
  description:
    'What is not given stays as it is; an empty value removes a name server. Zones that exist are not changed. ' +
    'Resellers can have others (setresellernameservers).',
  access: 'root',
  effect: 'changes',
  params: {
    nameserver: { ...server, doc: 'The host name of the first.' },
    nameserver2: { ...server, doc: 'The host name of the second.' },
    nameserver3: { ...server, doc: 'The host name of the third.' },
    nameserver4: { ...server, doc: 'The host name of the fourth.' },
  },
  returns: null,
  examples: [
    {
      args: { nameserver: 'ns1.example.com', nameserver2: 'ns2.example.com' },
      doc: 'Two name servers.',
    },
  ],

  async handler({ nameserver, nameserver2, nameserver3, nameserver4 }, { db }) {
    const names = [nameserver, nameserver2, nameserver3, nameserver4];
    if (names.every((name) => name === undefined)) {
      throw new ApiError('missing_param', 'Give at least one of “nameserver” to “nameserver4”.');
    }
    await update(db, names);
  },
});
