// Logs of daemons of Debian 13 that do not start, as journalctl has them.
import { reasonLines } from '../../src/core/reason-lines.ts';

it.each([
  [
    'named',
    `the working directory is now '/var/cache/bind'
/etc/bind/named.conf.local:8: unknown option 'nonsense'
loading configuration: failure
exiting (due to fatal error)
starting BIND 9.20.30-1~deb13u1-Debian (Stable Release) <id:>
running on Linux x86_64 6.18.5 #1 SMP`,
    ["/etc/bind/named.conf.local:8: unknown option 'nonsense'"],
  ],
  [
    'Apache, a directive',
    `AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:
Invalid command 'Nonsense', perhaps misspelled or defined by a module not included in the server configuration
AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:
Invalid command 'Nonsense', perhaps misspelled or defined by a module not included in the server configuration`,
    [
      'AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:',
      "Invalid command 'Nonsense', perhaps misspelled or defined by a module not included in the server configuration",
    ],
  ],
  [
    'Apache, a port',
    `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using 127.0.1.1. Set the 'ServerName' directive globally to suppress this message
(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80
no listening sockets available, shutting down
AH00015: Unable to open logs`,
    ['(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80'],
  ],
  [
    'PHP-FPM',
    `[03-Dec-2026 08:25:48] ERROR: [/etc/php/8.4/fpm/php-fpm.conf:16] unknown entry 'nonsense'
[03-Dec-2026 08:25:48] ERROR: failed to load configuration file '/etc/php/8.4/fpm/php-fpm.conf'
[03-Dec-2026 08:25:48] ERROR: FPM initialization failed
[03-Dec-2026 08:25:49] ERROR: [/etc/php/8.4/fpm/php-fpm.conf:16] unknown entry 'nonsense'
[03-Dec-2026 08:25:49] ERROR: FPM initialization failed`,
    ["ERROR: [/etc/php/8.4/fpm/php-fpm.conf:16] unknown entry 'nonsense'"],
  ],
  [
    'MariaDB',
    `2026-12-03  8:25:53 0 [Note] Plugin 'FEEDBACK' is disabled.
2026-12-03  8:25:53 0 [ERROR] /usr/sbin/mariadbd: unknown variable 'nonsense=1'
2026-12-03  8:25:53 0 [ERROR] Aborting
2026-12-03  8:25:55 0 [Warning] failed to retrieve the MAC address`,
    ["0 [ERROR] /usr/sbin/mariadbd: unknown variable 'nonsense=1'"],
  ],
  [
    'PostgreSQL',
    `Error: /usr/lib/postgresql/17/bin/pg_ctl /usr/lib/postgresql/17/bin/pg_ctl start -D /var/lib/postgresql/17/main exited with status 1:
2026-12-03 08:26:03.629 GMT [1167] LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/17/main/postgresql.conf" line 851
2026-12-03 08:26:03.629 GMT [1167] FATAL:  configuration file "/etc/postgresql/17/main/postgresql.conf" contains errors
pg_ctl: could not start server
Examine the log output.`,
    [
      'LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/17/main/postgresql.conf" line 851',
    ],
  ],
  [
    'Exim',
    `2026-12-03 08:26:09 Exim configuration error in line 1 of /etc/exim4/exim4.conf:
  main option "nonsense" unknown`,
    ['Exim configuration error in line 1 of /etc/exim4/exim4.conf:', 'main option "nonsense" unknown'],
  ],
  [
    'Dovecot, a setting',
    `master: Warning: Killed with signal 15 (by pid=1286 uid=0 code=kill)
doveconf: Fatal: Error in configuration file /etc/dovecot/dovecot.conf line 151: nonsense: Unknown setting: nonsense`,
    [
      'doveconf: Fatal: Error in configuration file /etc/dovecot/dovecot.conf line 151: nonsense: Unknown setting: nonsense',
    ],
  ],
  [
    'Dovecot, a port',
    `master: Error: service(imap-login): listen(*, 143) failed: Address already in use
Fatal: Failed to start listeners
master: Fatal: Failed to start listeners`,
    ['master: Error: service(imap-login): listen(*, 143) failed: Address already in use'],
  ],
  [
    'ProFTPD',
    `Checking syntax of configuration file
2026-12-03 08:26:27,180 whmapi1-machine proftpd[1348]: fatal: unknown configuration directive 'Nonsense' on line 77 of '/etc/proftpd/proftpd.conf'`,
    ["fatal: unknown configuration directive 'Nonsense' on line 77 of '/etc/proftpd/proftpd.conf'"],
  ],
  ['a daemon that says nothing', 'one\ntwo\nthree\nfour', ['two', 'three', 'four']],
])('the reason of %s is found', (_daemon, log, expected) => {
  expect(reasonLines(log.split('\n'))).toEqual(expected);
});
