import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { getOwner, namesOfHosts, prepareList } from '../../capabilities/php/rules/virtual-hosts.ts';

export default defineFunction({
  name: 'php_get_impacted_domains',
  since: 62,
  summary: 'List the virtual hosts whose PHP version a domain’s setting or the server’s default decides.',
  description:
    'A virtual host without a version of its own inherits it from the virtual host whose document root contains its ' +
    'document root, or from the server. A domain with a version of its own is in its list too. At least one of the ' +
    'parameters is required.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {
    domain: {
      ...hostName,
      list: true,
      doc: 'A virtual host whose setting may decide. Can be repeated. Parked and addon domains are aliases, and are not accepted.',
    },
    system_default: { type: 'flag', default: 0, doc: '1: include those that follow the server’s default.' },
  },
  returns: { domains: { list: { type: 'string' }, doc: 'The virtual hosts, sorted by name.' } },
  examples: [
    { args: { system_default: '1' }, doc: 'The virtual hosts that php_set_system_default_version changes.' },
    {
      args: { domain: 'bob.example' },
      doc: 'The virtual hosts that follow bob.example.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain: domains, system_default: followsServer }, { db, caller }) {
    if (domains.length === 0 && !followsServer) {
      throw badParam('Pass “domain”, or system_default=1, or both.');
    }
    for (const domain of domains) await getOwner(db, caller, 'domain', domain);
    const follows = `"decidedBy" IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`;
    const names = await namesOfHosts(db, await prepareList(db, caller, undefined), {
      where: followsServer ? `("decidedBy" IS NULL OR ${follows})` : follows,
      values: [JSON.stringify(domains)],
    });
    return { domains: names };
  },
});
