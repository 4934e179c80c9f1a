// How a package is given and shown: the parameters of addpkg, editpkg and matchpkgs, and the fields that getpkginfo,
// listpkgs and matchpkgs have in common.
import type { Fields, Param } from '../../core/define.ts';
import { featureListName } from '../features/lists.ts';
import type { Extension, Package } from './packages.ts';
import type { Limit, Settings } from './settings.ts';

const count = {
  type: 'string',
  pattern: { matches: /^(?:\d{1,12}|unlimited|null)$/i, expects: 'a whole number or “unlimited”' },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

const percentage = {
  type: 'string',
  pattern: { matches: /^(?:\d|[1-9]\d|100|unlimited)$/i, expects: 'a whole number to 100 or “unlimited”' },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

const word = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
    expects: 'at most 32 letters, digits, “_” and “-”',
  },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

/** Names of extensions, each with or without a value. */
export const extensionWords = {
  type: 'string',
  pattern: {
    matches: /^ *(?:[A-Za-z0-9_.-]{1,64}(?:=\S{0,255})?(?: +|$))*$/,
    expects: 'names, or name=value, with spaces between them',
  },
  doc: 'The extensions, with spaces between them. Each is a name, or a name and its value: color=red.',
} as const satisfies Param;

/** Names of extensions alone. */
export const extensionNames = {
  type: 'string',
  pattern: {
    matches: /^ *(?:[A-Za-z0-9_.-]{1,64}(?: +|$))*$/,
    expects: 'names with spaces between them',
  },
  doc: 'The names of extensions, with spaces between them.',
} as const satisfies Param;

/** Old clients still send it. */
export const frontpage = {
  type: 'flag',
  doc: 'Whether FrontPage is installed.',
  inert: 'FrontPage no longer exists.',
} as const satisfies Param;

/** What addpkg, editpkg and matchpkgs take, by what it is. */
export const settingParams = {
  diskLimit: { ...count, doc: 'Disk space in MiB; 0 is unlimited.' },
  bandwidthLimit: { ...count, doc: 'Bandwidth of a month in MiB; 0 is unlimited.' },
  maxAddonDomains: { ...count, doc: 'How many addon domains.' },
  maxParkedDomains: { ...count, doc: 'How many parked domains.' },
  maxSubdomains: { ...count, doc: 'How many subdomains.' },
  maxDatabases: { ...count, doc: 'How many databases of each kind.' },
  maxMailboxes: { ...count, doc: 'How many mail accounts.' },
  maxMailingLists: { ...count, doc: 'How many mailing lists.' },
  maxFtpAccounts: { ...count, doc: 'How many FTP accounts.' },
  maxEmailPerHour: { ...count, doc: 'How many mails a domain may send in an hour; 0 is unlimited.' },
  maxDeferFailPercentage: {
    ...percentage,
    doc: 'How many percent of an hour’s mails may fail or be deferred before mail is held back; 0 is unlimited.',
  },
  maxMailboxQuota: { ...count, doc: 'The largest quota of a mail account in MiB; 0 is unlimited.' },
  maxTeamUsers: { type: 'integer', min: 0, max: 7, doc: 'How many team users.' },
  theme: { ...word, doc: 'The theme of the interface.' },
  locale: { ...word, doc: 'The locale.' },
  featureList: { ...featureListName, doc: 'The feature list, which must exist.' },
  dedicatedIp: {
    type: 'string',
    values: ['y', 'n'],
    doc: 'Whether an account gets an IP address of its own.',
  },
  shell: { type: 'flag', doc: 'Whether an account has a shell.' },
  cgi: { type: 'flag', doc: 'Whether an account may run CGI scripts.' },
  digestAuth: { type: 'flag', doc: 'Whether an account has digest authentication.' },
} as const satisfies Record<keyof Settings, Param>;

type Words = {
  readonly [Key in keyof Settings]?:
    | (Key extends 'maxTeamUsers' ? number : Settings[Key] extends Limit | string ? string : string | boolean)
    | undefined;
};

/** The settings that are given; what is undefined is left out. */
export function readSettings(words: Words): Partial<Settings> {
  const read: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(words)) {
    if (given === undefined) continue;
    if (zeroIsUnlimited.has(key) && Number(given) === 0) read[key] = null;
    else if (limits.has(key)) read[key] = /^\d+$/.test(String(given)) ? Number(given) : null;
    else if (key === 'dedicatedIp') read[key] = given === 'y';
    else read[key] = given;
  }
  return read;
}

const zeroIsUnlimited: ReadonlySet<string> = new Set<keyof Settings>([
  'diskLimit',
  'bandwidthLimit',
  'maxEmailPerHour',
  'maxDeferFailPercentage',
  'maxMailboxQuota',
]);
const limits: ReadonlySet<string> = new Set<keyof Settings>([
  ...(zeroIsUnlimited as ReadonlySet<keyof Settings>),
  'maxAddonDomains',
  'maxParkedDomains',
  'maxSubdomains',
  'maxDatabases',
  'maxMailboxes',
  'maxMailingLists',
  'maxFtpAccounts',
]);

/** What a new package has where nothing is given. */
export const newPackage = {
  diskLimit: '10240',
  bandwidthLimit: '1048576',
  maxAddonDomains: '0',
  maxParkedDomains: '0',
  maxSubdomains: 'unlimited',
  maxDatabases: 'unlimited',
  maxMailboxes: 'unlimited',
  maxMailingLists: 'unlimited',
  maxFtpAccounts: 'unlimited',
  maxEmailPerHour: 'unlimited',
  maxDeferFailPercentage: 'unlimited',
  maxMailboxQuota: '1024',
  theme: 'jupiter',
  locale: 'en',
  featureList: 'default',
  dedicatedIp: 'n',
} as const;

/** All settings of a new package. */
export function completeSettings(given: Partial<Settings>): Settings {
  const flags = { shell: false, cgi: true, digestAuth: false };
  return { maxTeamUsers: null, ...flags, ...readSettings(newPackage), ...given } as Settings;
}

/** `color=red big` as extensions; of a name that occurs twice, the last counts. */
export function readExtensions(words: string): Extension[] {
  const values = new Map<string, string | null>();
  for (const one of words.split(' ').filter((each) => each !== '')) {
    const at = one.indexOf('=');
    values.set(at < 0 ? one : one.slice(0, at), at < 0 ? null : one.slice(at + 1));
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

export function extensionText({ name, value }: Extension): string {
  return value === null ? name : `${name}=${value}`;
}

/** The fields that every answer about packages has. */
export const fields = {
  BWLIMIT: { type: 'any', doc: 'Bandwidth of a month in MiB, or “unlimited”.' },
  CPMOD: { type: 'string', doc: 'The theme of the interface.' },
  DIGESTAUTH: { type: 'string', doc: 'Whether an account has digest authentication: y or n.' },
  FEATURELIST: { type: 'string', doc: 'The feature list.' },
  FRONTPAGE: { type: 'string', doc: 'Whether an account has FrontPage: n, since it no longer exists.' },
  LANG: { type: 'string', doc: 'The locale.' },
  MAXADDON: { type: 'any', doc: 'How many addon domains, or “unlimited”.' },
  MAXFTP: { type: 'any', doc: 'How many FTP accounts, or “unlimited”.' },
  MAXLST: { type: 'any', doc: 'How many mailing lists, or “unlimited”.' },
  MAXPARK: { type: 'any', doc: 'How many parked domains, or “unlimited”.' },
  MAXPOP: { type: 'any', doc: 'How many mail accounts, or “unlimited”.' },
  MAXSQL: { type: 'any', doc: 'How many databases of each kind, or “unlimited”.' },
  MAXSUB: { type: 'any', doc: 'How many subdomains, or “unlimited”.' },
  MAX_DEFER_FAIL_PERCENTAGE: {
    type: 'any',
    doc: 'How many percent of an hour’s mails may fail or be deferred, or “unlimited”.',
  },
  MAX_EMAILACCT_QUOTA: { type: 'any', doc: 'The largest quota of a mail account in MiB, or “unlimited”.' },
  MAX_EMAIL_PER_HOUR: { type: 'any', doc: 'How many mails a domain may send in an hour, or “unlimited”.' },
  MAX_TEAM_USERS: { type: 'any', doc: 'How many team users; null where the package says nothing of it.' },
  QUOTA: { type: 'any', doc: 'Disk space in MiB, or “unlimited”.' },
  _PACKAGE_EXTENSIONS: {
    type: 'string',
    doc: 'The extensions, with spaces between them, each a name or name=value.',
  },
} as const satisfies Fields;

/** The values of `fields`. */
export function show({ settings, extensions }: Package) {
  const limit = (value: Limit) => value ?? 'unlimited';
  return {
    BWLIMIT: limit(settings.bandwidthLimit),
    CPMOD: settings.theme,
    DIGESTAUTH: yesOrNo(settings.digestAuth),
    FEATURELIST: settings.featureList,
    FRONTPAGE: 'n',
    LANG: settings.locale,
    MAXADDON: limit(settings.maxAddonDomains),
    MAXFTP: limit(settings.maxFtpAccounts),
    MAXLST: limit(settings.maxMailingLists),
    MAXPARK: limit(settings.maxParkedDomains),
    MAXPOP: limit(settings.maxMailboxes),
    MAXSQL: limit(settings.maxDatabases),
    MAXSUB: limit(settings.maxSubdomains),
    MAX_DEFER_FAIL_PERCENTAGE: limit(settings.maxDeferFailPercentage),
    MAX_EMAILACCT_QUOTA: limit(settings.maxMailboxQuota),
    MAX_EMAIL_PER_HOUR: limit(settings.maxEmailPerHour),
    MAX_TEAM_USERS: settings.maxTeamUsers,
    QUOTA: limit(settings.diskLimit),
    _PACKAGE_EXTENSIONS: extensions.map(extensionText).join(' '),
  };
}

export function yesOrNo(flag: boolean): 'y' | 'n' {
  return flag ? 'y' : 'n';
}
