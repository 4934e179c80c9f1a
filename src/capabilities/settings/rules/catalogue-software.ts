// Tweak settings of the module Main: PHP, databases and statistics.
import { DEFAULT_LIMIT, MAX_LIMIT, SETTING } from '../../databases/rules/connection-limit.ts';
import { SETTING as REMOTE_CLIENTS } from '../../databases/rules/remote-clients.ts';
import {
  acting,
  fixed,
  flag,
  integer,
  oneOf,
  text,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

export const php: Entries = {
  php_max_execution_time: integer(
    '90',
    [90, 500],
    'The seconds that a PHP script of the server’s own pages can run.',
  ),
  php_memory_limit: integer(
    '128',
    [128, 16_384],
    'The memory of a PHP script of the server’s own pages in MiB.',
  ),
  php_post_max_size: integer(
    '55',
    [55, 2047],
    'The largest form, in MiB, that PHP scripts of the server’s own pages accept.',
  ),
  php_upload_max_filesize: integer(
    '50',
    [50, 2047],
    'The largest file, in MiB, that can be uploaded to those scripts.',
  ),
  phploader: text(
    '',
    'Comma-separated list of the loaders of encoded PHP, such as ioncube and sourceguardian.',
    {
      matches: /^(?:(?:ioncube|sourceguardian|oldsourceguardian|none)(?:,(?!$)|$))*$/,
      expects: 'a comma-separated list of “ioncube”, “sourceguardian” and “oldsourceguardian”, or “none”',
    },
  ),
  phpopenbasedirhome: flag('0', 'Whether PHP scripts can open only files in the account’s home directory.'),
  php_system_default_version: text('ea-php56', 'The PHP version of sites that have not chosen one.', {
    matches: /^[a-z0-9-]{1,32}$/,
    expects: 'the name of a PHP package, such as ea-php83',
  }),
};

export const databases: Entries = {
  [SETTING]: acting(
    integer(
      String(DEFAULT_LIMIT),
      [0, MAX_LIMIT],
      'The most connections that a user of MariaDB or PostgreSQL can have at once. 0: any number.',
    ),
  ),
  [REMOTE_CLIENTS]: acting(
    flag(
      '0',
      'Whether MariaDB accepts clients of other hosts, and every client on the network over TLS only. The firewall is not changed.',
    ),
  ),
  database_prefix: acting(
    flag('1', 'Whether the names of new databases and their users begin with the account’s name.'),
  ),
  use_information_schema: flag('1', 'Whether the sizes of databases are read from INFORMATION_SCHEMA.'),
  usemysqloldpass: flag('0', 'Whether MySQL uses the password hashes of versions before 4.1.'),
  'mysql-version': text('5.5', 'The version of MySQL or MariaDB.', {
    matches: /^\d{1,2}(?:\.\d{1,2})?$/,
    expects: 'a version, such as 10.11',
  }),
  'mysql-host': text('localhost', 'The host of the MySQL server.', {
    matches: /^[A-Za-z0-9.:-]{1,253}$/,
    expects: 'a hostname or an address',
  }),
  disk_usage_include_sqldbs: acting(flag('1', 'Whether databases count for the disk usage of accounts.')),
  disk_usage_include_mailman: fixed(
    flag('0', 'Whether mailing lists count for the disk usage of accounts.'),
    'lists keep nothing of an account but the addresses of their members.',
  ),
  mycnf_auto_adjust_innodb_buffer_pool_size: flag(
    '0',
    'Whether innodb_buffer_pool_size in my.cnf is adjusted to the memory.',
  ),
  mycnf_auto_adjust_maxallowedpacket: flag('1', 'Whether max_allowed_packet in my.cnf is adjusted.'),
  mycnf_auto_adjust_openfiles_limit: flag(
    '1',
    'Whether open_files_limit in my.cnf is adjusted to the number of tables.',
  ),
};

export const statistics: Entries = {
  cycle_hours: integer('24', [1, 999], 'The hours between two runs of the web statistics of an account.'),
  bwcycle: integer('2', [1, 999], 'The hours between two counts of the bandwidth.'),
  skipanalog: flag('0', '1: the statistics of Analog are off.'),
  skipawstats: flag('0', '1: the statistics of AWStats are off.'),
  skipwebalizer: flag('0', '1: the statistics of Webalizer are off.'),
  statsloglevel: integer('1', [1, 10], 'How much the statistics write to their log.'),
  statthreshhold: integer(
    '256',
    [1, 1_000_000],
    'The size of a log, in MiB, at which statistics are made at once.',
  ),
  keeplogs: flag('0', '1: access logs are kept when their statistics are made.'),
  keepftplogs: flag('0', '1: FTP logs are kept when their statistics are made.'),
  keepstatslog: flag('0', '1: the log of the statistics is kept.'),
  'default_archive-logs': flag('1', 'Whether new accounts keep their access logs in archives.'),
  'default_remove-old-archived-logs': flag(
    '1',
    'Whether the archived logs of new accounts are removed after a month.',
  ),
  extracpus: integer(
    '0',
    [0, 1024],
    'The processors that count beside the real ones when the load is judged.',
  ),
  loadthreshold: text(
    '',
    'The load above which statistics wait. Empty: they follow the number of processors.',
    {
      matches: /^\d{1,4}(?:\.\d{1,2})?$/,
      expects: 'a load average, such as 8 or 2.5, or empty',
    },
  ),
  showwhmbwusageinmegs: flag('0', 'Whether bandwidth is always shown in MiB.'),
  local_nameserver_type: oneOf('bind', ['bind', 'powerdns', 'disabled'], 'The nameserver.'),
  ftpserver: oneOf('pure-ftpd', ['pure-ftpd', 'proftpd', 'disabled'], 'The FTP server.'),
};
