// Tweak settings of the module Main: services, limits, logs and the network.
import { CORS_PROXY_HOSTS, hostList } from '../../logins/rules/cors-proxy/hosts.ts';
import { LEAST_INTERVAL } from '../../system/rules/services/check-interval.ts';
import {
  acting,
  flag,
  integer,
  listener,
  oneOf,
  percentage,
  text,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

const day = 86_400;

export const services: Entries = {
  chkservd_check_interval: acting(
    integer('300', [LEAST_INTERVAL, day], 'The seconds between two checks of the monitored services.'),
  ),
  chkservd_hang_allowed_intervals: integer(
    '2',
    [1, 20],
    'The intervals that a check of the services can take before it is ended.',
  ),
  tcp_check_failure_threshold: acting(
    integer('3', [1, 20], 'How often in a row a service can fail to answer before it is restarted.'),
  ),
  skipchkservd: acting(flag('0', '1: the monitored services are not checked.')),
  skipdiskcheck: acting(
    flag('0', '1: the owners of accounts are not warned that their disk space is nearly used.'),
  ),
  skipoomcheck: flag('0', '1: processes that the kernel ended for lack of memory are not reported.'),
  skiptailwatchd: flag('0', '1: the logs are not watched.'),
  system_diskusage_warn_percent: percentage('82.55', 'The use of a disk, in percent, that is worth a note.'),
  system_diskusage_critical_percent: percentage('92.55', 'The use of a disk, in percent, that is critical.'),
  bind_deferred_restart_time: integer(
    '2',
    [0, 300],
    'The seconds for which restarts of the nameserver are gathered.',
  ),
  httpd_deferred_restart_time: integer(
    '0',
    [0, 300],
    'The seconds for which restarts of the web server are gathered.',
  ),
  min_time_between_apache_graceful_restarts: integer(
    '10',
    [10, 600],
    'The minimum number of seconds between two restarts of the web server.',
  ),
  cluster_autodisable_threshold: integer(
    '10',
    [1, 1000],
    'The failures after which a server of the DNS cluster is left out.',
  ),
};

export const resources: Entries = {
  maxmem: integer(
    '768',
    [128, 1_048_576],
    'The memory, in MiB, that a process of the control panel can use.',
  ),
  maxcpsrvdconnections: integer(
    '200',
    [200, 16_384],
    'The most connections that the control panel serves at once.',
  ),
  conserve_memory: flag('0', 'Whether memory is saved at the cost of speed.'),
  coredump: flag('0', 'Whether daemons that crash write core files.'),
  gzip_compression_level: integer('6', [1, 9], 'How hard archives are compressed.'),
  gzip_pigz_processes: integer('1', [1, 128], 'The processes that compress one archive.'),
  file_upload_max_bytes: acting(
    text('', 'The largest upload in MiB. Empty: unlimited.', {
      matches: /^\d{1,9}$/,
      expects: 'a whole number, or empty',
    }),
  ),
  file_upload_must_leave_bytes: acting(
    integer('5', [0, 1_000_000], 'The MiB of an account’s quota that an upload must leave free.'),
  ),
  transfers_timeout: integer(
    '1800',
    [1800, 172_800],
    'The seconds after which a transfer that does nothing ends.',
  ),
  remotewhmtimeout: integer('35', [35, 600], 'The seconds to wait for the response of a remote server.'),
  repquota_timeout: integer('60', [30, 3600], 'The seconds to wait for the list of quotas.'),
  numacctlist: integer('30', [1, 1000], 'The accounts on a page of a list.'),
};

export const logs: Entries = {
  logchmod: text('0640', 'The permissions of the access logs.', {
    matches: /^0[0-7]{3}$/,
    expects: 'permissions as four octal digits, such as 0640',
  }),
  rotatelogs_size_threshhold_in_megabytes: integer(
    '300',
    [10, 2047],
    'The size, in MiB, at which a log is rotated.',
  ),
  upcp_log_retention_days: integer('45', [3, 999], 'The days for which the logs of updates are kept.'),
  modsec_keep_hits: integer('7', [1, 365], 'The days for which hits of ModSecurity are kept.'),
  empty_trash_days: text(
    'disabled',
    'The days after which deleted files leave the trash of the file manager.',
    {
      matches: /^(?:disabled|\d{1,3})$/,
      expects: 'a whole number or “disabled”',
    },
  ),
  debughooks: oneOf('0', ['0', 'log', 'logdata', 'logall'], 'How much is logged when a script hook runs.'),
  enable_api_log: flag('0', 'Whether calls of the API are logged.'),
  log_successful_logins: flag('0', 'Whether successful logins are logged.'),
  send_error_reports: flag('1', 'Whether errors are reported to the maker of the control panel.'),
  api_shell: flag('1', 'Whether the API Shell is offered.'),
};

export const network: Entries = {
  [CORS_PROXY_HOSTS]: acting(text('', 'The hosts from which cors_proxy_get can fetch.', hostList)),
  ipv6_listen: flag('0', 'Whether the control panel listens on IPv6 addresses.'),
  ipv6_control: flag('0', 'Whether services use IPv6 addresses.'),
  apache_port: listener('0.0.0.0:80', 'The address and port on which the web server listens for HTTP.'),
  apache_ssl_port: listener('0.0.0.0:443', 'The address and port on which the web server listens for HTTPS.'),
};
