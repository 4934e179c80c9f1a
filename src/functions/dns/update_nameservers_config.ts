import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import { update } from '../../capabilities/domains/rules/nameservers.ts';

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
  summary: 'Set the nameservers for new zones.',
  description:
    'Omitted parameters keep their values. An empty value removes a nameserver. Existing zones are not changed. ' +
    'Resellers can have their own nameservers (setresellernameservers).',
  access: 'root',
  effect: 'changes',
  params: {
    nameserver: { ...server, doc: 'The hostname of the first nameserver.' },
    nameserver2: { ...server, doc: 'The hostname of the second nameserver.' },
    nameserver3: { ...server, doc: 'The hostname of the third nameserver.' },
    nameserver4: { ...server, doc: 'The hostname of the fourth nameserver.' },
  },
  returns: null,
  examples: [
    {
      args: { nameserver: 'ns1.example.com', nameserver2: 'ns2.example.com' },
      doc: 'Set two nameservers.',
    },
  ],

  async handler({ nameserver, nameserver2, nameserver3, nameserver4 }, { db }) {
    const names = [nameserver, nameserver2, nameserver3, nameserver4];
    if (names.every((name) => name === undefined)) {
      throw new ApiError('missing_param', 'Use at least one of “nameserver” to “nameserver4”.');
    }
    await update(db, names);
  },
});
