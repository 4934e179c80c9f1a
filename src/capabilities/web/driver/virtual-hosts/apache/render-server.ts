// What holds for all virtual hosts: TLS, logs, challenges, and the host for unknown names.
import type { WebServerOptions } from '../contract.ts';
import { BYTES_FORMAT, BYTES_LOG } from '../../../../bandwidth/driver/places.ts';
import { DEFAULT_CERTIFICATE, DEFAULT_KEY } from '../default-certificate.ts';
import { CHALLENGE_PATH, CHALLENGES } from '../../../../../ground/driver/virtual-hosts/places.ts';
import { ACCESS_FILE_DIRECTIVES } from './access-files.ts';
import { domain, folder, listener, path, section, userName } from './apache-conf.ts';
import { hiddenFiles } from './hidden-files.ts';
import { ACCOUNTS, GENERATION, NOBODY, PAGES, primaryFile, primaryTypes, WELCOME_PATH } from './places.ts';
import type { Locate, Ports } from './render-account.ts';

const HEADER = '# Written by whmapi1 whenever the profile of this server is activated.\n';

/** Mozilla's intermediate configuration: all clients of the last ten years, forward secrecy, no CBC. */
const CIPHERS = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
];

/** @throws TypeError for a malformed value. */
export function renderServer(
  { hostname, group, sendsEnvFiles = false }: WebServerOptions,
  locate: Locate,
  ports: Ports,
): string {
  const names = hostname.includes('.') ? [`ServerName ${domain(hostname.toLowerCase())}`] : [];
  return (
    HEADER +
    [
      ...names,
      // Its processes also have the groups of their user, www-data.
      ...(group === undefined ? [] : [`Group ${userName(group)}`]),
      'ServerTokens Prod',
      'ServerSignature Off',
      'TraceEnable Off',
      'UseCanonicalName Off',
      // If an administrator enables the module again, its page lists no requests.
      ...section('IfModule', 'mod_status.c', ['ExtendedStatus Off']),
      'Protocols h2 http/1.1',
      'H2Upgrade off',
      ...tls(),
      `LogFormat "${BYTES_FORMAT}" whmapi1_bytes`,
      `GlobalLog ${path(locate(BYTES_LOG))} whmapi1_bytes`,
      'RequestHeader unset Proxy early',
      // A pool of PHP-FPM takes any of its settings from these variables, and a user's .htaccess can set variables.
      'ProxyFCGISetEnvIf "true" !PHP_VALUE',
      'ProxyFCGISetEnvIf "true" !PHP_ADMIN_VALUE',
      `Alias "${CHALLENGE_PATH}" ${path(locate(CHALLENGES)).replace(/"$/, '/"')}`,
      ...section('Directory', folder(locate(CHALLENGES)), [
        'Options None',
        'AllowOverride None',
        'ForceType text/plain',
        'Require all granted',
      ]),
      ...section('Directory', folder(locate(PAGES)), [
        'Options None',
        'AllowOverride None',
        'SetHandler send-as-is',
        'Require all granted',
      ]),
      ACCESS_FILE_DIRECTIVES,
      ...hiddenFiles(sendsEnvFiles),
      // Added to the list of Debian or of the administrator. Only the virtual hosts of accounts have this page.
      `DirectoryIndex ${WELCOME_PATH}`,
      // The first virtual host of an address answers requests for unknown names.
      ...primaryTypes.map((type) => `IncludeOptional ${path(locate(primaryFile(type)))}`),
      ...section('VirtualHost', listener('*', ports.http), unknown(hostname, locate)),
      ...section('IfModule', 'mod_ssl.c', [
        ...section('VirtualHost', listener('*', ports.https), [
          ...unknown(hostname, locate),
          'SSLEngine on',
          `SSLCertificateFile ${path(locate(DEFAULT_CERTIFICATE))}`,
          `SSLCertificateKeyFile ${path(locate(DEFAULT_KEY))}`,
        ]),
      ]),
      `IncludeOptional ${path(locate(`${ACCOUNTS}/any.conf`)).replace('/any.conf', '/*.conf')}`,
    ].join('\n') +
    '\n'
  );
}

function tls(): string[] {
  return section('IfModule', 'mod_ssl.c', [
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    `SSLCipherSuite ${CIPHERS.join(':')}`,
    'SSLHonorCipherOrder off',
    'SSLSessionTickets off',
    'SSLCompression off',
  ]);
}

/** The host for names that no account has. */
function unknown(hostname: string, locate: Locate): string[] {
  return [
    `ServerName ${NOBODY}`,
    ...(hostname.includes('.') ? [`ServerAlias ${domain(hostname.toLowerCase())}`] : []),
    `DocumentRoot ${path(locate(CHALLENGES))}`,
    `IncludeOptional ${path(locate(GENERATION))}`,
    `RedirectMatch 404 "^/(?!${CHALLENGE_PATH.slice(1).replaceAll('.', '[.]')})"`,
    `ErrorDocument 404 'There is no website at this address yet. A new website appears within a minute.'`,
  ];
}

/** A number that is higher in each version of the configuration, by which a new version is recognised. */
export function renderGeneration(generation: number): string {
  return `Header always set Whmapi1-Configuration ${generation}\n`;
}
