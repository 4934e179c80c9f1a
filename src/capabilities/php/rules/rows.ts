// Virtual hosts with their PHP, as WHM API 1 and UAPI return them.
import type { Fields } from '../../../core/define.ts';
import type { Dialect } from '../../../core/dialect.ts';
import { PUBLIC_FOLDER } from '../../domains/rules/document-root.ts';
import type { RecordOfRow } from '../../../ground/rules/long-list.ts';
import { poolFields } from './php-form.ts';
import { poolValues } from './fpm-settings.ts';
import type { HostList, ListedHost } from './virtual-hosts.ts';

export const hostFields = {
  vhost: { type: 'string', doc: 'The name of the virtual host: a main domain or a subdomain.' },
  account: { type: 'string', doc: 'The account.' },
  account_owner: { type: 'string', doc: 'The owner of the account.' },
  version: { type: 'string', doc: 'The PHP version. Empty if this server has none.' },
  phpversion_source: {
    list: {
      fields: {
        domain: { type: 'string', optional: true, doc: 'The virtual host whose setting decides.' },
        system_default: { type: 'flag', optional: true, doc: '1 if the server’s default decides.' },
      },
    },
    doc: 'What decides the version: a list of one.',
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
}: ListedHost) {
  const { maxChildren, maxRequests, idleTimeout } = poolValues(parameters);
  return {
    vhost: host.servername,
    account: account.username,
    account_owner: account.owner,
    version: version ?? '',
    phpversion_source: [decidedBy === undefined ? { system_default: 1 } : { domain: decidedBy }],
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

/** The row with whether the account is suspended. */
export const rowWithAccount = (one: ListedHost) => ({
  ...hostRow(one),
  is_suspended: Number(one.account.suspendedAt !== null),
});

/** `rowWithAccount` in SQL. */
export function recordWithAccount(
  { jsonObject, listOfOne }: Dialect,
  { server, forAll }: HostList,
): RecordOfRow {
  const { maxChildren, maxRequests, idleTimeout } = poolValues(forAll);
  // A number would be bound as one with decimals.
  const or = (column: string) => `COALESCE("${column}", CAST(? AS INTEGER))`;
  const isNull = (column: string) => `CASE WHEN ${column} IS NULL THEN 1 ELSE 0 END`;
  const record = (source: readonly [name: string, sql: string]) => {
    const members = jsonObject([
      ['vhost', 'servername'],
      ['account', 'username'],
      ['account_owner', 'owner'],
      ['version', 'COALESCE(version, ?)'],
      ['phpversion_source', listOfOne(jsonObject([source]))],
      ['php_fpm', or('usesFpm')],
      [
        'php_fpm_pool_parms',
        jsonObject([
          ['pm_max_children', or('maxChildren')],
          ['pm_max_requests', or('maxRequests')],
          ['pm_process_idle_timeout', or('idleTimeout')],
        ]),
      ],
      ['documentroot', `home || '/' || COALESCE(folder, '${PUBLIC_FOLDER}')`],
      ['homedir', 'home'],
      ['main_domain', isNull('folder')],
      ['is_suspended', `1 - ${isNull('"suspendedAt"')}`],
    ]);
    return `CAST(${members} AS TEXT)`;
  };
  const values = [
    ...[server.defaultVersion ?? '', Number(server.isFpmDefault)],
    ...[maxChildren, maxRequests, idleTimeout],
  ];
  return {
    sql: `CASE WHEN "decidedBy" IS NULL THEN ${record(['system_default', '1'])}
      ELSE ${record(['domain', '"decidedBy"'])} END`,
    values: [...values, ...values],
  };
}
