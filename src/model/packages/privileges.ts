// The privileges that a reseller needs for certain settings of packages and accounts.
import type { Caller } from '../../core/context.ts';
import { denied } from '../../core/errors.ts';
import { names } from './settings.ts';
import type { Settings } from './settings.ts';

interface Rule {
  readonly privilege: string;
  readonly setting: keyof Settings;
  readonly asksFor: (value: Settings[keyof Settings]) => boolean;
}

const unlimited = (value: unknown): boolean => value === null;
const rule = (privilege: string, setting: keyof Settings, asksFor: Rule['asksFor']): Rule => ({
  privilege,
  setting,
  asksFor,
});

/** What takes a privilege. */
const rules: readonly Rule[] = [
  rule('allow-unlimited-disk-pkgs', 'diskLimit', unlimited),
  rule('allow-unlimited-bw-pkgs', 'bandwidthLimit', unlimited),
  rule('allow-addoncreate', 'maxAddonDomains', (value) => value !== 0),
  rule('allow-unlimited-pkgs', 'maxAddonDomains', unlimited),
  rule('allow-parkedcreate', 'maxParkedDomains', (value) => value !== 0),
  rule('allow-unlimited-pkgs', 'maxParkedDomains', unlimited),
  rule('allow-unlimited-pkgs', 'maxSubdomains', unlimited),
  rule('allow-unlimited-pkgs', 'maxDatabases', unlimited),
  rule('allow-unlimited-pkgs', 'maxMailboxes', unlimited),
  rule('allow-unlimited-pkgs', 'maxMailingLists', unlimited),
  rule('allow-unlimited-pkgs', 'maxFtpAccounts', unlimited),
  rule('allow-unlimited-pkgs', 'maxMailboxQuota', unlimited),
  rule('add-pkg-ip', 'dedicatedIp', (value) => value === true),
  rule('add-pkg-shell', 'shell', (value) => value === true),
];

/** Limits of mail, which a reseller may change only with the privilege: what they are without it is unlimited. */
const mailRules: readonly Rule[] = [
  rule('allow-emaillimits-pkgs', 'maxEmailPerHour', () => true),
  rule('allow-emaillimits-pkgs', 'maxDeferFailPercentage', () => true),
];

/** What a package has before anybody sets it, where that needs no privilege. */
const untouched: Partial<Settings> = { maxEmailPerHour: null, maxDeferFailPercentage: null };

/** What stays as it was needs no privilege. @throws ApiError `denied`, naming every privilege that is missing. */
export function ensureAllowed({ privileges }: Caller, before: Settings | undefined, after: Settings): void {
  if (privileges === 'all') return;
  const was: Partial<Settings> = before ?? untouched;
  const refusals = [...rules, ...mailRules]
    .filter(({ setting }) => was[setting] !== after[setting])
    .filter(({ privilege, setting, asksFor }) => asksFor(after[setting]) && !privileges.has(privilege))
    .map(({ privilege, setting }) => {
      const value = after[setting];
      const yes = setting === 'dedicatedIp' ? 'y' : '1';
      const word = value === null ? 'unlimited' : value === true ? yes : String(value);
      return `“${names[setting].param}=${word}” requires the privilege “${privilege}”.`;
    });
  if (refusals.length > 0)
    throw denied(`You do not have the privileges for these settings. ${refusals.join(' ')}`);
}
