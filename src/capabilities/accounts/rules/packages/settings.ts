// The settings that packages and accounts have in common: limits, theme, locale, feature list, and permissions.
import type { SqlValue } from '../../../../core/context.ts';

/** Null means unlimited. */
export type Limit = number | null;

export interface Settings {
  /** In mebibytes. */
  readonly diskLimit: Limit;
  readonly bandwidthLimit: Limit;
  readonly maxAddonDomains: Limit;
  readonly maxParkedDomains: Limit;
  readonly maxSubdomains: Limit;
  readonly maxDatabases: Limit;
  readonly maxMailboxes: Limit;
  readonly maxMailingLists: Limit;
  readonly maxFtpAccounts: Limit;
  readonly maxEmailPerHour: Limit;
  readonly maxDeferFailPercentage: Limit;
  /** In mebibytes. */
  readonly maxMailboxQuota: Limit;
  /** Null if the package does not specify it. */
  readonly maxTeamUsers: number | null;
  readonly theme: string;
  readonly locale: string;
  readonly featureList: string;
  readonly dedicatedIp: boolean;
  readonly shell: boolean;
  readonly cgi: boolean;
  readonly digestAuth: boolean;
}

interface Names {
  /** The column in the tables `package` and `account`. */
  readonly column: string;
  /** The parameter of createacct, addpkg and editpkg. */
  readonly param: string;
  /** For packages: the parameter of matchpkgs, and the field of responses. */
  readonly ofPackage: string;
  /** For accounts: the parameter of modifyacct, and the field of its response. */
  readonly ofAccount: string;
  /** The field of listaccts and accountsummary. */
  readonly inLists: string | null;
}

const named = <
  const Param extends string,
  const OfPackage extends string,
  const OfAccount extends string,
  const InLists extends string | null,
>(
  column: string,
  param: Param,
  ofPackage: OfPackage,
  ofAccount: OfAccount,
  inLists: InLists,
) => ({ column, param, ofPackage, ofAccount, inLists });

/** All names of each setting. Parameters, responses, messages and SQL are derived from this table. */
export const names = {
  diskLimit: named('disk_limit', 'quota', 'QUOTA', 'QUOTA', null),
  bandwidthLimit: named('bandwidth_limit', 'bwlimit', 'BWLIMIT', 'BWLIMIT', null),
  maxAddonDomains: named('max_addon_domains', 'maxaddon', 'MAXADDON', 'MAXADDON', 'maxaddons'),
  maxParkedDomains: named('max_parked_domains', 'maxpark', 'MAXPARK', 'MAXPARK', 'maxparked'),
  maxSubdomains: named('max_subdomains', 'maxsub', 'MAXSUB', 'MAXSUB', 'maxsub'),
  maxDatabases: named('max_databases', 'maxsql', 'MAXSQL', 'MAXSQL', 'maxsql'),
  maxMailboxes: named('max_mailboxes', 'maxpop', 'MAXPOP', 'MAXPOP', 'maxpop'),
  maxMailingLists: named('max_mailing_lists', 'maxlst', 'MAXLST', 'MAXLST', 'maxlst'),
  maxFtpAccounts: named('max_ftp_accounts', 'maxftp', 'MAXFTP', 'MAXFTP', 'maxftp'),
  maxEmailPerHour: named(
    'max_email_per_hour',
    'max_email_per_hour',
    'MAX_EMAIL_PER_HOUR',
    'MAX_EMAIL_PER_HOUR',
    'max_email_per_hour',
  ),
  maxDeferFailPercentage: named(
    'max_defer_fail_percentage',
    'max_defer_fail_percentage',
    'MAX_DEFER_FAIL_PERCENTAGE',
    'MAX_DEFER_FAIL_PERCENTAGE',
    'max_defer_fail_percentage',
  ),
  maxMailboxQuota: named(
    'max_mailbox_quota',
    'max_emailacct_quota',
    'MAX_EMAILACCT_QUOTA',
    'MAX_EMAILACCT_QUOTA',
    'max_emailacct_quota',
  ),
  maxTeamUsers: named('max_team_users', 'max_team_users', 'MAX_TEAM_USERS', 'max_team_users', null),
  theme: named('theme', 'cpmod', 'CPMOD', 'RS', 'theme'),
  locale: named('locale', 'language', 'LANG', 'LOCALE', null),
  featureList: named('feature_list', 'featurelist', 'FEATURELIST', 'FEATURELIST', null),
  dedicatedIp: named('dedicated_ip', 'ip', 'IP', 'IP', null),
  shell: named('shell', 'hasshell', 'HASSHELL', 'HASSHELL', null),
  cgi: named('cgi', 'cgi', 'CGI', 'HASCGI', null),
  digestAuth: named('digest_auth', 'digestauth', 'DIGESTAUTH', 'DIGESTAUTH', null),
} as const satisfies Record<keyof Settings, Names>;

/** A set of names: a column of the table above. */
export type NameSet = 'param' | 'ofPackage' | 'ofAccount' | 'inLists';

/** The name of a setting in a set of names. `never` if the setting has no name there. */
export type NameOf<Key extends keyof Settings, Set extends NameSet> = Extract<
  (typeof names)[Key][Set],
  string
>;

/** Returns values by the names of their settings. Settings without a name in the set are omitted. */
export function rename<
  const Set extends NameSet,
  const Values extends { readonly [Key in keyof Settings]?: unknown },
>(set: Set, values: Values): Renamed<Set, Values> {
  const renamed = (Object.entries(values) as [keyof Settings, unknown][]).flatMap(([key, value]) => {
    const name = names[key][set];
    return name === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(renamed) as Renamed<Set, Values>;
}

type Renamed<Set extends NameSet, Values> = {
  readonly [Key in keyof Values & keyof Settings as NameOf<Key, Set>]: Values[Key];
};

/** Returns the same fields, sorted by name, as responses and help show them. */
export function sortedByName<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) as Fields;
}

const settingKeys = Object.keys(names) as (keyof Settings)[];
export const settingColumns = Object.values(names).map(({ column }) => column);

/** For a SELECT: each column with the name of its setting as its alias. */
export const settingsSelected = Object.entries(names).map(([key, { column }]) => `${column} AS "${key}"`);

/** The settings as returned by a SELECT. */
export type SettingsRow = {
  readonly [Key in keyof Settings]: Settings[Key] extends boolean ? 0 | 1 : Settings[Key];
};

/** Named one by one, because V8 takes 25 µs to copy a row of an account by `...`. */
export function settingsOf(row: SettingsRow): Settings {
  return {
    diskLimit: row.diskLimit,
    bandwidthLimit: row.bandwidthLimit,
    maxAddonDomains: row.maxAddonDomains,
    maxParkedDomains: row.maxParkedDomains,
    maxSubdomains: row.maxSubdomains,
    maxDatabases: row.maxDatabases,
    maxMailboxes: row.maxMailboxes,
    maxMailingLists: row.maxMailingLists,
    maxFtpAccounts: row.maxFtpAccounts,
    maxEmailPerHour: row.maxEmailPerHour,
    maxDeferFailPercentage: row.maxDeferFailPercentage,
    maxMailboxQuota: row.maxMailboxQuota,
    maxTeamUsers: row.maxTeamUsers,
    theme: row.theme,
    locale: row.locale,
    featureList: row.featureList,
    dedicatedIp: row.dedicatedIp === 1,
    shell: row.shell === 1,
    cgi: row.cgi === 1,
    digestAuth: row.digestAuth === 1,
  };
}

/** Returns the values in the order of `settingColumns`. */
export function settingValues(settings: Settings): SqlValue[] {
  return settingKeys.map((key) => {
    const value = settings[key];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}
