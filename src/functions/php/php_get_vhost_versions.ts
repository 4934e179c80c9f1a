import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../drivers/php/look.ts';
import { poolFields } from '../../model/php/form.ts';
import { poolValues } from '../../model/php/pools.ts';
import { newestOf } from '../../model/php/versions.ts';
import { hostsOf, readAccounts } from '../../model/php/virtual-hosts.ts';

export default defineFunction({
  name: 'php_get_vhost_versions',
  since: 60,
  summary: 'List all virtual hosts with their PHP version and PHP-FPM settings.',
  description: 'Root sees the virtual hosts of all accounts, and a reseller those of its own accounts.',
  access: ['list-accts'],
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: {
    versions: {
      list: {
        fields: {
          vhost: { type: 'string', doc: 'The name of the virtual host: a main domain or a subdomain.' },
          account: { type: 'string', doc: 'The account.' },
          account_owner: { type: 'string', doc: 'The owner of the account.' },
          version: { type: 'string', doc: 'The PHP version. Empty if this server has none.' },
          phpversion_source: {
            fields: {
              domain: { type: 'string', optional: true, doc: 'The virtual host whose setting decides.' },
              system_default: { type: 'flag', optional: true, doc: '1 if the server’s default decides.' },
            },
            doc: 'What decides the version.',
          },
          php_fpm: { type: 'flag', doc: 'Whether it uses PHP-FPM.' },
          php_fpm_pool_parms: { fields: poolFields, doc: 'The settings of its pool in PHP-FPM.' },
          documentroot: { type: 'string', doc: 'The folder of its files.' },
          homedir: { type: 'string', doc: 'The home directory of the account.' },
          main_domain: { type: 'flag', doc: 'Whether it is the account’s main domain.' },
          is_suspended: { type: 'flag', doc: 'Whether the account is suspended.' },
        },
      },
      doc: 'The virtual hosts, sorted by name.',
    },
  },
  list: 'versions',
  columns: ['vhost', 'account', 'version', 'php_fpm'],
  examples: [
    {
      args: {},
      doc: 'All virtual hosts.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, { db, caller }, installed) {
    const list = await readAccounts(db, caller, newestOf(installed)?.id);
    return {
      versions: hostsOf(list).map(
        ({ account, host, servedBy: { version, decidedBy, usesFpm, parameters } }) => {
          const { maxChildren, maxRequests, idleTimeout } = poolValues(parameters);
          return {
            vhost: host.servername,
            account: account.username,
            account_owner: account.owner,
            version: version ?? '',
            phpversion_source: decidedBy === undefined ? { system_default: 1 } : { domain: decidedBy },
            php_fpm: Number(usesFpm),
            php_fpm_pool_parms: {
              pm_max_children: maxChildren,
              pm_max_requests: maxRequests,
              pm_process_idle_timeout: idleTimeout,
            },
            documentroot: host.documentRoot,
            homedir: account.home,
            main_domain: Number(host.type === 'main'),
            is_suspended: Number(account.suspendedAt !== null),
          };
        },
      ),
    };
  },
});
