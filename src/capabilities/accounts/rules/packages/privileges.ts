// The privileges that resellers need for certain settings of packages and accounts.
import type { Caller } from '../../../../core/context.ts';
import { denied } from '../../../../core/errors.ts';
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

/** The settings that require a privilege. */
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

/** The mail limits. Resellers can change them only with the privilege. Otherwise they stay unlimited. */
const mailRules: readonly Rule[] = [
  rule('allow-emaillimits-pkgs', 'maxEmailPerHour', () => true),
  rule('allow-emaillimits-pkgs', 'maxDeferFailPercentage', () => true),
];

/** The defaults of a new package that require no privilege. */
const untouched: Partial<Settings> = { maxEmailPerHour: null, maxDeferFailPercentage: null };

/** Unchanged settings require no privilege. @throws ApiError `denied`. The message names every missing privilege. */
export function assertAllowed({ privileges }: Caller, before: Settings | undefined, after: Settings): void {
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
