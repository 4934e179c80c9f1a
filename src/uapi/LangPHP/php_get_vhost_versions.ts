import { defineUapi } from '../../core/define-uapi.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { getOwnHost, readOwn } from '../../capabilities/php/rules/own-settings.ts';
import { hostFields, hostRow } from '../../capabilities/php/rules/rows.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';
import { hostsOf } from '../../capabilities/php/rules/virtual-hosts.ts';

export default defineUapi({
  name: 'LangPHP::php_get_vhost_versions',
  since: 52,
  summary: 'List the account’s virtual hosts with their PHP version and PHP-FPM settings.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp',
  params: { vhost: { ...hostName, doc: 'Only this virtual host. Default: all of the account.' } },
  emptyIsOmitted: true,
  returns: { list: { fields: hostFields } },
  examples: [
    { args: {}, doc: 'All virtual hosts.' },
    { args: { vhost: 'bob.example' }, doc: 'One of them.' },
    { args: { vhost: 'eve.example' }, doc: 'One of another account.', fails: 'not_found' },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ vhost }, context, installed) {
    const own = await readOwn(context, newestOf(installed)?.id);
    const hosts = vhost === undefined ? hostsOf([own]) : [getOwnHost(own, 'vhost', vhost)];
    return hosts.map(hostRow);
  },
});
