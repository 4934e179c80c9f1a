// Virtual hosts with their PHP, as WHM API 1 and UAPI return them.
import type { Fields } from '../../core/define.ts';
import { poolFields } from './form.ts';
import { poolValues } from './pool-defaults.ts';
import type { HostOfAccount } from './virtual-hosts.ts';

export const hostFields = {
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
} as const satisfies Fields;

export function hostRow({
  account,
  host,
  servedBy: { version, decidedBy, usesFpm, parameters },
}: HostOfAccount) {
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
  };
}
