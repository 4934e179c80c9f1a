// What packages and accounts have alike: limits, theme, locale, feature list, and what is allowed.
import type { SqlValue } from '../../core/context.ts';

/** A limit that is null is unlimited. */
export type Limit = number | null;

export interface Settings {
  /** Mebibytes. */
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
  /** Mebibytes. */
  readonly maxMailboxQuota: Limit;
  /** Null: the package says nothing of it. */
  readonly maxTeamUsers: number | null;
  readonly theme: string;
  readonly locale: string;
  readonly featureList: string;
  readonly dedicatedIp: boolean;
  readonly shell: boolean;
  readonly cgi: boolean;
  readonly digestAuth: boolean;
}

/** Where each is stored, in both tables. */
const columns: Readonly<Record<keyof Settings, string>> = {
  diskLimit: 'disk_limit',
  bandwidthLimit: 'bandwidth_limit',
  maxAddonDomains: 'max_addon_domains',
  maxParkedDomains: 'max_parked_domains',
  maxSubdomains: 'max_subdomains',
  maxDatabases: 'max_databases',
  maxMailboxes: 'max_mailboxes',
  maxMailingLists: 'max_mailing_lists',
  maxFtpAccounts: 'max_ftp_accounts',
  maxEmailPerHour: 'max_email_per_hour',
  maxDeferFailPercentage: 'max_defer_fail_percentage',
  maxMailboxQuota: 'max_mailbox_quota',
  maxTeamUsers: 'max_team_users',
  theme: 'theme',
  locale: 'locale',
  featureList: 'feature_list',
  dedicatedIp: 'dedicated_ip',
  shell: 'shell',
  cgi: 'cgi',
  digestAuth: 'digest_auth',
};

export const settingColumns = Object.values(columns);

/** For a SELECT: each column under the name of its setting. */
export const settingsSelected = Object.entries(columns).map(([key, column]) => `${column} AS "${key}"`);

/** The settings as they are selected. */
export type SettingsRow = {
  readonly [Key in keyof Settings]: Settings[Key] extends boolean ? 0 | 1 : Settings[Key];
};

export function settingsOf(row: SettingsRow): Settings {
  return {
    ...row,
    dedicatedIp: row.dedicatedIp === 1,
    shell: row.shell === 1,
    cgi: row.cgi === 1,
    digestAuth: row.digestAuth === 1,
  };
}

/** In the order of `settingColumns`. */
export function settingValues(settings: Settings): SqlValue[] {
  return (Object.keys(columns) as (keyof Settings)[]).map((key) => {
    const value = settings[key];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}
