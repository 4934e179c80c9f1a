// The roles that a server can have, and the profiles that combine them, with the names that WHM documents.

export interface Role {
  /** The name that `is_role_enabled` accepts, in exactly this case: `DNS`. */
  readonly module: string;
  readonly name: string;
  readonly description: string;
  /** True if this program provides the role. Other roles are in no profile here. */
  readonly isProvided?: true;
  /** Another role, with which this one is enabled and disabled. */
  readonly follows?: string;
  /** It is also enabled while a profile of a MariaDB server elsewhere is active. */
  readonly isForMysqlElsewhere?: true;
}

export const roles: readonly Role[] = [
  {
    module: 'CalendarContact',
    name: 'Calendars and contacts',
    description: 'Users share calendars and address books over CalDAV and CardDAV.',
  },
  {
    module: 'DNS',
    name: 'DNS',
    description: 'The server answers for the DNS zones of its accounts, with BIND 9.',
    isProvided: true,
  },
  {
    module: 'FileStorage',
    name: 'File storage',
    description: 'Users manage the files of their accounts in the browser.',
  },
  {
    module: 'FTP',
    name: 'FTP',
    description: 'Users transfer files by FTP, with ProFTPD.',
    isProvided: true,
  },
  {
    module: 'MailLocal',
    name: 'Local mail',
    description: 'Programs on the server deliver mail to its users.',
    isProvided: true,
    follows: 'MailReceive',
  },
  {
    module: 'MailReceive',
    name: 'Receive mail',
    description: 'The server receives mail for its accounts, with Exim and Dovecot.',
    isProvided: true,
  },
  { module: 'MailRelay', name: 'Relay mail', description: 'The server passes on mail for other servers.' },
  {
    module: 'MailSend',
    name: 'Send mail',
    description: 'Accounts send mail.',
    isProvided: true,
    follows: 'MailReceive',
  },
  {
    module: 'MailingLists',
    name: 'Mailing lists',
    description: 'Accounts have mailing lists, with Mailman. It needs about 780 MiB of memory.',
    isProvided: true,
  },
  {
    module: 'MySQL',
    name: 'MySQL or MariaDB',
    description: 'Accounts have MySQL databases on this server.',
    isProvided: true,
  },
  {
    module: 'MySQLClient',
    name: 'MySQL client',
    description: 'Accounts use MySQL databases, here or elsewhere.',
    isProvided: true,
    follows: 'MySQL',
    isForMysqlElsewhere: true,
  },
  {
    module: 'Postgres',
    name: 'PostgreSQL',
    description: 'Accounts have PostgreSQL databases on this server.',
    isProvided: true,
  },
  {
    module: 'PostgresClient',
    name: 'PostgreSQL client',
    description: 'Accounts use PostgreSQL databases, here or elsewhere.',
    isProvided: true,
    follows: 'Postgres',
  },
  {
    module: 'SpamFilter',
    name: 'Spam filter',
    description: 'Incoming mail is checked for spam, with SpamAssassin.',
    isProvided: true,
  },
  { module: 'WebDisk', name: 'Web Disk', description: 'Users reach their files over WebDAV.' },
  {
    module: 'Webmail',
    name: 'Webmail',
    description: 'Users read and write mail in the browser, with Roundcube.',
    isProvided: true,
  },
  {
    module: 'WebServer',
    name: 'Web server',
    description: 'The server serves the websites of its accounts, with Apache.',
    isProvided: true,
  },
];

export const roleNames = roles.map(({ module }) => module);

interface Composition {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: readonly string[];
  /** Disabled unless requested. */
  readonly optional: readonly string[];
}

/** The purpose of each profile, and the roles that it has once all of them are provided. */
const compositions: readonly Composition[] = [
  {
    code: 'STANDARD',
    name: 'Standard',
    description:
      'A hosting server with everything that this program provides, mailing lists if you want them.',
    enabled: roleNames.filter((name) => name !== 'MailingLists'),
    optional: ['MailingLists'],
  },
  {
    code: 'DNSNODE',
    name: 'DNS',
    description: 'A server for DNS zones alone.',
    enabled: ['DNS'],
    optional: [],
  },
  {
    code: 'MAILNODE',
    name: 'Mail',
    description: 'A server for mail.',
    enabled: ['CalendarContact', 'MailLocal', 'MailReceive', 'MailSend', 'SpamFilter', 'Webmail'],
    optional: ['DNS', 'FileStorage', 'MailRelay', 'MailingLists', 'WebDisk'],
  },
  {
    code: 'DATABASENODE',
    name: 'Database',
    description: 'A server for databases.',
    enabled: ['MySQL'],
    optional: ['DNS', 'FileStorage', 'Postgres', 'WebServer'],
  },
  {
    code: 'WEBNODE',
    name: 'Web',
    description: 'A server for websites.',
    enabled: ['WebServer'],
    optional: ['DNS', 'FTP', 'FileStorage', 'WebDisk'],
  },
];

export interface Profile {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: readonly Role[];
  readonly optional: readonly Role[];
  readonly disabled: readonly Role[];
}

const isProvided = ({ isProvided: provided }: Role): boolean => provided === true;

/** True if these roles include this one, or the one that it follows. */
export const isAmong = ({ module, follows = module }: Role, names: readonly string[]): boolean =>
  names.includes(follows);

/**
 * The profiles with at least one provided role. Roles that this program does not provide yet are disabled in all of
 * them.
 */
export const profiles: readonly Profile[] = compositions
  .map(({ enabled, optional, ...profile }) => {
    const has = (names: readonly string[]) =>
      roles.filter((role) => isProvided(role) && isAmong(role, names));
    const on = has(enabled);
    const choice = has(optional);
    return {
      ...profile,
      enabled: on,
      optional: choice,
      disabled: roles.filter((role) => ![...on, ...choice].includes(role)),
    };
  })
  .filter(({ enabled }) => enabled.length > 0);

export const profileCodes = compositions.map(({ code }) => code);
