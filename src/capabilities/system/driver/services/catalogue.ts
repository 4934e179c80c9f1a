// The services that WHM's functions name, and the units of systemd that stand for them on Debian. A role names its services
// here; one that an administrator installed by hand is found by its unit all the same.
import type { Probe } from './probes.ts';

export interface Service {
  /** As WHM names it: `httpd`. */
  readonly name: string;
  readonly displayName: string;
  /** The first one that is installed counts. Empty for a service that this program never has. */
  readonly units: readonly string[];
  /** True if the service is the PHP-FPM of all installed versions, each of which has a unit of its own. */
  readonly isPhpFpm?: true;
  /** How it is asked whether it answers. */
  readonly probe?: Probe;
  /** True for a part of this program's own server, which answers this very question. */
  readonly isOwn?: true;
}

/** The unit of this program's server. */
export const OWN_UNIT = 'whmapi1d';

const own = { units: [OWN_UNIT], isOwn: true } as const;
const none: readonly string[] = [];

export const services: readonly Service[] = [
  { name: 'apache_php_fpm', displayName: 'PHP-FPM of the web server', units: none, isPhpFpm: true },
  { name: 'clamd', displayName: 'Virus scanner (ClamAV)', units: ['clamav-daemon'] },
  { name: 'cpanel-dovecot-solr', displayName: 'Full-text search of mail', units: none },
  { name: 'cpanel_php_fpm', displayName: 'PHP-FPM of webmail (Roundcube)', units: ['whmapi1-webmail'] },
  { name: 'cpanellogd', displayName: 'Log processing of cPanel', units: none },
  { name: 'cpdavd', displayName: 'Calendars, contacts and Web Disk', units: none },
  { name: 'cpgreylistd', displayName: 'Greylisting', units: none },
  { name: 'cphulkd', displayName: 'Brute-force protection', ...own },
  { name: 'cpsrvd', displayName: 'API server (whmapi1d)', ...own },
  { name: 'crond', displayName: 'Scheduled jobs (cron)', units: ['cron'] },
  { name: 'dnsadmin', displayName: 'DNS administration of cPanel', units: none },
  {
    name: 'exim',
    displayName: 'Mail server (Exim)',
    units: ['exim4'],
    probe: { port: 25, greets: /^220[ -]/ },
  },
  { name: 'exim-altport', displayName: 'Mail server on another port', units: none },
  {
    name: 'ftpd',
    displayName: 'FTP server',
    units: ['proftpd', 'pure-ftpd', 'vsftpd'],
    probe: { port: 21, greets: /^220[ -]/ },
  },
  {
    name: 'httpd',
    displayName: 'Web server (Apache)',
    units: ['apache2'],
    probe: { port: 80, asks: 'GET / HTTP/1.0\r\n\r\n', greets: /^HTTP\// },
  },
  {
    name: 'imap',
    displayName: 'IMAP server (Dovecot)',
    units: ['dovecot'],
    probe: { port: 143, greets: /^\* OK/ },
  },
  { name: 'ipaliases', displayName: 'IP addresses of cPanel', units: none },
  { name: 'lmtp', displayName: 'Mail delivery (Dovecot LMTP)', units: ['dovecot'] },
  { name: 'mailman', displayName: 'Mailing lists (Mailman)', units: ['mailman3'] },
  {
    name: 'mysql',
    displayName: 'Database server (MariaDB or MySQL)',
    units: ['mariadb', 'mysql'],
    probe: { speaks: 'MySQL' },
  },
  { name: 'named', displayName: 'DNS server (BIND)', units: ['named'], probe: { port: 53, speaks: 'DNS' } },
  { name: 'nscd', displayName: 'Cache of names (nscd)', units: ['nscd'] },
  { name: 'p0f', displayName: 'Fingerprints of clients (p0f)', units: ['p0f'] },
  {
    name: 'pop',
    displayName: 'POP3 server (Dovecot)',
    units: ['dovecot'],
    probe: { port: 110, greets: /^\+OK/ },
  },
  {
    name: 'postgresql',
    displayName: 'Database server (PostgreSQL)',
    units: ['postgresql'],
    // The question whether it encrypts connections, which has a version of the protocol of its own.
    probe: {
      socket: '/run/postgresql/.s.PGSQL.5432',
      asks: '\0\0\0\b\x04\xd2\x16\x2f',
      greets: /^[SNE]/,
    },
  },
  { name: 'queueprocd', displayName: 'Tasks (whmapi1d)', ...own },
  { name: 'rsyslogd', displayName: 'System log (rsyslog)', units: ['rsyslog'] },
  { name: 'spamd', displayName: 'Spam filter (SpamAssassin)', units: ['spamd', 'spamassassin'] },
  { name: 'sshd', displayName: 'SSH server', units: ['ssh'], probe: { port: 22, greets: /^SSH-/ } },
  { name: 'syslogd', displayName: 'System log (syslog-ng)', units: ['syslog-ng'] },
  { name: 'tailwatchd', displayName: 'Log watcher of cPanel', units: none },
];

export const serviceNames: readonly string[] = services.map(({ name }) => name);
