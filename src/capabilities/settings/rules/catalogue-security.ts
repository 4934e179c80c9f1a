// Tweak settings of the module Main: logins, passwords and other security options.
import {
  applications,
  DEFAULT_MINIMUM,
  isEnforced,
  type Application,
} from '../../../ground/rules/passwords/minimums.ts';
import { DEFAULT_TYPE, keyTypes, SETTING } from '../../certificates/rules/key-types.ts';
import {
  acting,
  flag,
  integer,
  oneOf,
  text,
  type Entries,
  type Entry,
} from '../../../ground/rules/tweak-setting-entry.ts';

const strength = (application: Application): Entry => {
  const one = integer(
    `${DEFAULT_MINIMUM}`,
    [0, 100],
    `The minimum strength of ${applications[application]}.`,
  );
  return isEnforced(application) ? acting(one) : one;
};

/** The settings that setminimumpasswordstrengths sets. */
export const passwords: Entries = {
  minpwstrength: strength('default'),
  minpwstrength_createacct: strength('createacct'),
  minpwstrength_passwd: strength('passwd'),
  minpwstrength_ftp: strength('ftp'),
  minpwstrength_list: strength('list'),
  minpwstrength_mysql: strength('mysql'),
  minpwstrength_postgres: strength('postgres'),
  minpwstrength_sshkey: strength('sshkey'),
  minpwstrength_virtual: strength('virtual'),
};

export const security: Entries = {
  cookieipvalidation: oneOf(
    ...([
      'strict',
      ['strict', 'loose', 'disabled'],
      'How strictly a session is tied to the address that began it.',
    ] as const),
  ),
  referrersafety: flag(
    '0',
    'Whether requests must come from a page of the server itself (the Referer header).',
  ),
  referrerblanksafety: flag('0', 'Whether requests without a Referer header are rejected.'),
  requiressl: flag('0', 'Whether logins require HTTPS.'),
  alwaysredirecttossl: flag('1', 'Whether visitors of the login pages are redirected to HTTPS.'),
  [SETTING]: acting(
    oneOf(
      DEFAULT_TYPE,
      keyTypes,
      'The kind of key that new certificates get, unless their account prefers another.',
    ),
  ),
  xframecpsrvd: flag(
    '0',
    'Whether other sites can be kept from showing the pages in a frame (X-Frame-Options).',
  ),
  account_login_access: oneOf(
    'owner_root',
    ['owner_root', 'owner', 'user'],
    'Who can log in to an account with their own password: root and the owner, the owner, or nobody but its user.',
  ),
  allow_deprecated_accesshash: flag(
    '0',
    'Whether access hashes, the predecessors of API tokens, can log in.',
  ),
  allow_login_autocomplete: flag('1', 'Whether browsers can store the password of the login page.'),
  cgihidepass: flag('1', 'Whether the password of a login is hidden from CGI scripts.'),
  hide_env_files: acting(
    flag(
      '1',
      'Whether websites answer 404 for files of environment variables (.env). A setting of this program alone. Folders such as .git are never sent.',
    ),
  ),
  enablefileprotect: flag('1', 'Whether other accounts cannot read an account’s public_html.'),
  jailapache: flag('0', 'Whether the web server runs the sites of accounts with a jailed shell in a jail.'),
  jaildefaultshell: flag('0', 'Whether new accounts with shell access get a jailed shell.'),
  jailprocmode: oneOf(
    'mount_proc_jailed_fallback_full',
    [
      'mount_proc_jailed_fallback_full',
      'mount_proc_jailed_fallback_none',
      'mount_proc_full',
      'mount_proc_none',
    ],
    'How much of /proc a jailed shell sees.',
  ),
  permit_unregistered_apps_as_root: flag(
    '0',
    'Whether applications that are not registered can run as root.',
  ),
  permit_unregistered_apps_as_reseller: flag(
    '0',
    'Whether applications that are not registered can run for resellers.',
  ),
  resetpass: flag('1', 'Whether users can reset a forgotten password by email.'),
  resetpass_sub: flag('1', 'Whether subaccounts can reset a forgotten password by email.'),
  invite_sub: flag('1', 'Whether subaccounts are invited by email to set their passwords.'),
  signature_validation: oneOf(
    'Release and Development Keyrings',
    ['Off', 'Release Keyring Only', 'Release and Development Keyrings'],
    'Whose signatures downloaded software must have.',
  ),
  skiphttpauth: flag('1', '1: HTTP basic authentication is off, and logins go through the login page.'),
  use_apache_md5_for_htaccess: flag(
    '1',
    'Whether passwords of protected directories are hashed with Apache’s MD5.',
  ),
  'disable-php-as-reseller-security': flag(
    '0',
    '1: scripts in PHP run as resellers without the extra check.',
  ),
  skipparentcheck: flag(
    '0',
    '1: an application that runs root’s tools is not checked for its parent process.',
  ),
  dormant_services: text(
    'cpdavd,cphulkd,cpsrvd,dnsadmin,spamd',
    'Comma-separated list of the services that use little memory while nobody needs them.',
  ),
};
