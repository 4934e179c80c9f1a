import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { getOwnHost, impactedBy, readOwn } from '../../capabilities/php/rules/own-settings.ts';

export default defineUapi({
  name: 'LangPHP::php_get_impacted_domains',
  since: 62,
  summary:
    'List the account’s virtual hosts whose PHP version a domain’s setting or the server’s default decides.',
  description:
    'A virtual host without a version of its own inherits it from the virtual host whose document root contains its ' +
    'document root, or from the server. A domain with a version of its own is in its list too. At least one of the ' +
    'parameters is required.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp',
  params: {
    domain: {
      ...hostName,
      list: true,
      doc: 'A virtual host of the account whose setting may decide. Can be repeated. Aliases are not accepted.',
    },
    system_default: { type: 'flag', default: 0, doc: '1: include those that follow the server’s default.' },
  },
  emptyIsOmitted: true,
  returns: { fields: { domains: { list: { type: 'string' }, doc: 'The virtual hosts, sorted by name.' } } },
  examples: [
    { args: { system_default: '1' }, doc: 'The virtual hosts that follow the server’s default.' },
    { args: { domain: 'bob.example' }, doc: 'Those that follow bob.example.' },
    { args: { domain: 'eve.example' }, doc: 'Another account.', fails: 'not_found' },
  ],

  async handler({ domain: domains, system_default: followsServer }, context) {
    if (domains.length === 0 && !followsServer) {
      throw badParam('Pass “domain”, or system_default=1, or both.');
    }
    const own = await readOwn(context, undefined);
    for (const domain of domains) getOwnHost(own, 'domain', domain);
    return { domains: [...impactedBy(own, domains, followsServer)] };
  },
});
