// The log from which bandwidth is counted. Apache adds a line for each request that it has answered, on whatever host.

export const LOG_DIRECTORY = '/var/log/apache2';

/** Without “.log” at the end, because Debian's own configuration of logrotate rotates `/var/log/apache2/*.log`. */
export const BYTES_LOG = `${LOG_DIRECTORY}/whmapi1-bytes`;

/**
 * For LogFormat of Apache: the time of the request in seconds since 1970-01-01, the bytes that were sent, with headers
 * (mod_logio), and the virtual host's name. Not `%V`, which is a name that the client chooses.
 */
export const BYTES_FORMAT = '%{sec}t %O %v';

export const LOG_ROTATION = '/etc/logrotate.d/whmapi1-bytes';
