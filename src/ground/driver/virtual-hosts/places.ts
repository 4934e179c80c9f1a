// Where the files of the web server are, for all drivers that share them.

import { plainName } from '../../../core/wildcards.ts';

/** The answers to ACME challenges by HTTP (RFC 8555, section 8.3). Every virtual host serves them. Root writes here. */
export const CHALLENGES = '/var/lib/whmapi1-acme';
/** The path of a challenge in a URL, before its token. */
export const CHALLENGE_PATH = '/.well-known/acme-challenge/';
/**
 * A folder for each account with the access and error logs of its virtual hosts, which the account can read. Only root
 * and adm may enter Debian’s own folder for the logs of Apache.
 */
export const DOMAIN_LOGS = '/var/log/whmapi1-domlogs';
/** How many closed versions of each log are kept. A log is closed every week. */
export const KEPT_LOGS = 8;
/**
 * An empty file for each account whose websites answer 503 for a moment, while it gets another name or home. Apache looks
 * for it at each request.
 */
export const PAUSES = '/var/lib/whmapi1-pauses';
/** An empty file for each suspended account, whose websites answer 503. Apache looks for it at each request. */
export const SUSPENSIONS = '/var/lib/whmapi1-suspensions';
/** A file for each mail policy (MTA-STS) that the web server serves. Only root writes here. */
export const MAIL_POLICIES = '/var/lib/whmapi1-mta-sts';
/** The file that Apache's configuration on Debian includes, before the sites of the administrator. */
export const OURS = '/etc/apache2/conf-enabled/whmapi1.conf';
/** The user and the group of the web server's processes on Debian. */
export const WEB_USER = 'www-data';

/** The link in each home to the logs of the account. */
export const LOG_LINK = 'access-logs';
export const domainLogs = (username: string) => `${DOMAIN_LOGS}/${username}`;
export const pauseOf = (username: string) => `${PAUSES}/${username}`;
export const suspensionOf = (username: string) => `${SUSPENSIONS}/${username}`;
export const policyFile = (name: string) => `${MAIL_POLICIES}/${name}.txt`;
export const accessLog = (username: string, servername: string) =>
  `${domainLogs(username)}/${plainName(servername)}.log`;
export const errorLog = (username: string, servername: string) =>
  `${domainLogs(username)}/${plainName(servername)}-error.log`;
