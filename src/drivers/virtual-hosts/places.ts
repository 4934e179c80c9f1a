// Where the files of the web server are, for all drivers that share them.

/** The answers to ACME challenges by HTTP (RFC 8555, section 8.3). Every virtual host serves them. Root writes here. */
export const CHALLENGES = '/var/lib/whmapi1-acme';
/** The path of a challenge in a URL, before its token. */
export const CHALLENGE_PATH = '/.well-known/acme-challenge/';
/** A folder for each account with the access and error logs of its virtual hosts. The account can read them. */
export const DOMAIN_LOGS = '/var/log/apache2/domlogs';
/** The bytes of every response of every virtual host. */
export const BYTES_LOG = '/var/log/apache2/whmapi1-bytes.log';
/** The certificates of the virtual hosts, with their keys and chains. Only root can read them. */
export const SITE_CERTIFICATES = '/etc/ssl/whmapi1/sites';
/** The user and the group of the web server's processes on Debian. */
export const WEB_USER = 'www-data';

export const siteCertificate = (servername: string) => `${SITE_CERTIFICATES}/${servername}.pem`;
export const domainLogs = (username: string) => `${DOMAIN_LOGS}/${username}`;
