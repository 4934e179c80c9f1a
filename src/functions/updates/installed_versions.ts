import { defineFunction } from '../../core/define.ts';
import { findSoftware } from '../../capabilities/software/driver/look-software.ts';
import {
  ABSENT,
  databaseVersion,
  defaultPhp,
  listed,
  phpVersions,
  versionsOf,
} from '../../life/rules/updates/installed-software.ts';

const version = (doc: string) => ({ type: 'string', doc }) as const;
const list = (doc: string) => ({ list: { type: 'string' }, optional: true, doc }) as const;

export default defineFunction({
  name: 'installed_versions',
  since: 64,
  summary: 'Show the versions of the operating system and of the server’s software.',
  description:
    'The versions are those of Debian’s packages, and “0” stands for software that is not installed. With packages=1, all ' +
    'packages are listed as NAME=VERSION.',
  access: 'root',
  effect: 'looks',
  params: {
    packages: { type: 'flag', default: '0', doc: 'Whether to list the installed packages as well.' },
  },
  returns: {
    cpanel_and_whm: version('The version of this program.'),
    operating_system_name: version('The name: Debian GNU/Linux.'),
    operating_system_version: version('The version, with the point release: 13.6. Empty if it is unknown.'),
    linux_kernel: version('The kernel that runs.'),
    apache: version('The web server Apache.'),
    apache_php_default_version: version('The version of Debian’s package “php”: 8.4.'),
    apache_php_versions: {
      list: { type: 'any' },
      doc: 'The versions of PHP that a web server can run, through FPM, CGI or a module of Apache. [0] if there is none.',
    },
    bind: version('The nameserver BIND.'),
    clamav: version('The virus scanner ClamAV.'),
    cpanel_php: version('The PHP of cPanel itself, which this program does not need: always “0”.'),
    cron: version('Debian’s cron.'),
    cronie: version('Another cron.'),
    dovecot: version('The mail server Dovecot, for IMAP and POP3.'),
    easyapache: version('EasyApache, which Debian does not have: always “0”.'),
    exim: version('The mail server Exim.'),
    mailman: version('The mailing lists Mailman 3.'),
    mariadb: version('The line of the database server MariaDB: 11.8.'),
    mariadb_build: version('The whole version of MariaDB.'),
    munin: version('The monitoring Munin.'),
    mysql: version('The line of the database server MySQL.'),
    mysql_build: version('The whole version of MySQL.'),
    nscd: version('The cache of names nscd.'),
    'openssh-server': version('The SSH server.'),
    p0f: version('The fingerprints of clients p0f.'),
    postgresql: version('The line of the newest database server PostgreSQL: 17.6.'),
    postgresql_build: version('The whole version of PostgreSQL.'),
    powerdns: version('The nameserver PowerDNS.'),
    proftpd: version('The FTP server ProFTPD.'),
    pureftpd: version('The FTP server Pure-FTPd.'),
    roundcube: version('The webmail Roundcube.'),
    rsyslog: version('The system log rsyslog.'),
    spamd: version('The spam filter SpamAssassin.'),
    cpanel_packages: list('The packages of this program.'),
    ea_4_packages: list('The packages of Apache and PHP.'),
    os_packages: list('All packages.'),
  },
  examples: [
    { args: {}, doc: 'Show the versions.' },
    { args: { packages: '1' }, doc: 'List all packages too.' },
  ],

  async handler({ packages: isListing }, { machine, version: own }) {
    const { system, kernel, packages } = await findSoftware(machine);
    const php = phpVersions(packages);
    const mariadb = databaseVersion(packages, /^mariadb-server$/);
    const mysql = databaseVersion(packages, /^(?:mysql|default-mysql)-server(?:-\d[\d.]*)?$/);
    const postgresql = databaseVersion(packages, /^postgresql-\d+$/);
    return {
      cpanel_and_whm: own,
      operating_system_name: system.name,
      operating_system_version: system.fullVersion,
      linux_kernel: kernel,
      ...versionsOf(packages),
      apache_php_default_version: defaultPhp(packages),
      apache_php_versions: php.length > 0 ? php : [0],
      ...{ cpanel_php: ABSENT, easyapache: ABSENT },
      ...{ mariadb: mariadb.line, mariadb_build: mariadb.build },
      ...{ mysql: mysql.line, mysql_build: mysql.build },
      ...{ postgresql: postgresql.line, postgresql_build: postgresql.build },
      ...(isListing && {
        cpanel_packages: listed(packages, /^whmapi1(?:-|$)/),
        ea_4_packages: listed(packages, /^(?:apache2|libapache2-mod-|php)/),
        os_packages: listed(packages),
      }),
    };
  },
});
