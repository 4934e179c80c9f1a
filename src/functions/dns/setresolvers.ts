import { setResolvers } from '../../capabilities/dns/plans/set-resolvers.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { formatIp, parseIp } from '../../capabilities/addresses/rules/ip.ts';
import { ownResolvers } from '../../capabilities/dns/rules/own-resolver.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

const address = { type: 'string', maxLength: 45 } as const;

export default defineFunction({
  name: 'setresolvers',
  since: 11,
  summary: 'Set the DNS resolvers of this server.',
  description:
    'They replace all nameservers in /etc/resolv.conf. The other lines of the file are kept. If the file is a ' +
    'symbolic link, another program manages it and the call fails. A server with the role DNS cannot be its own ' +
    'resolver, because the zones of its customers would answer its own lookups.',
  access: 'root',
  effect: 'operates',
  params: {
    nameserver1: { ...address, required: true, doc: 'The IP address of the first resolver.' },
    nameserver2: { ...address, required: true, doc: 'The IP address of the second resolver.' },
    nameserver3: { ...address, default: '', doc: 'The IP address of the third resolver.' },
  },
  returns: null,
  examples: [
    { args: { nameserver1: '192.0.2.53', nameserver2: '198.51.100.53' }, doc: 'Set two resolvers.' },
  ],

  look: async (_args, { machine }) =>
    (await (await machine.addresses()).list()).map(({ address }) => address),

  async handler({ nameserver1, nameserver2, nameserver3 }, context, addresses) {
    const { db, system, plan, reason, inform, warn } = context;
    const given = Object.entries({ nameserver1, nameserver2, nameserver3 }).filter(([, one]) => one !== '');
    const servers = given.map(([param, text]) => {
      const ip = parseIp(text);
      if (ip !== undefined) return formatIp(ip);
      throw badParam(`The parameter “${param}” should be an IP address, not ${quote(text)}.`);
    });
    if (new Set(servers).size < servers.length) throw badParam('Do not repeat a resolver.');
    const [own] = ownResolvers(servers, addresses);
    if (own !== undefined && (await rolesOf({ db, system })).has('DNS')) {
      throw badParam(
        `“${own}” is an address of this server, whose nameserver hosts zones of customers. They could steer the lookups ` +
          'of the server itself. Use resolvers on other servers.',
      );
    }
    if (servers.some((server) => server.startsWith('127.') || server === '::1')) {
      warn(
        'A resolver on this server is a single point of failure: if it does not run, no names are resolved.',
      );
    }
    plan(setResolvers(servers));
    reason('Your resolvers have been setup!');
    inform(`Listed in order they are: ${servers.join(', ')}`);
  },
});
