// The two files of apt that follow from the settings: one of apt.conf(5), which unattended-upgrades reads too, and one of
// apt_preferences(5). Every value is a known word, a version or a pattern that apt itself printed.
import { MachineError } from '../../../../core/machine-error.ts';
import { renderOwn, type AptSettings, type UpdateSettings } from './settings.ts';

export const PACKAGE = 'whmapi1';

const HEAD =
  '// whmapi1 wrote this file (update_updateconf, set_tier). Changes by hand are not overwritten.\n';
const SECURITY = [
  'origin=Debian,codename=${distro_codename},label=Debian-Security',
  'origin=Debian,codename=${distro_codename}-security,label=Debian-Security',
];
const ALL = [
  'origin=Debian,codename=${distro_codename},label=Debian',
  'origin=Debian,codename=${distro_codename}-updates,label=Debian',
];

/** Everything that the files depend on. JSON. */
export interface DesiredUpdates {
  readonly settings: UpdateSettings;
  /** The patterns of other repositories, which somebody allowed. They stay. */
  readonly others: readonly string[];
  /** The origin of the repository that has this program, as in its Release file. */
  readonly origin: string;
}

/**
 * Adds what apt does now for the settings of apt that were never set, as soon as one of them is. Our file then replaces
 * the list of patterns, and nothing else changes.
 */
export function complete(settings: UpdateSettings, apt: AptSettings, origin: string): DesiredUpdates {
  const { isUnattended, patterns } = apt;
  const others = patterns.filter(
    (pattern) => !/(?:^|,)\s*(?:origin|o)=Debian\s*(?:,|$)/.test(pattern) && pattern !== `origin=${origin}`,
  );
  const { UPDATES, RPMUP, SECURITY_UPDATES } = settings;
  if (UPDATES === undefined && RPMUP === undefined && SECURITY_UPDATES === undefined) {
    return { settings, others: [], origin };
  }
  const isOn = (test: (pattern: string) => boolean) => isUnattended && patterns.some(test);
  const ofDebian = (pattern: string) => /(?:^|,)\s*(?:origin|o)=Debian\s*(?:,|$)/.test(pattern);
  const isSecurity = (pattern: string) => /security/i.test(pattern);
  return {
    settings: {
      UPDATES: isOn((one) => one === `origin=${origin}`) ? 'daily' : 'manual',
      RPMUP: isOn((one) => ofDebian(one) && !isSecurity(one)) ? 'daily' : 'manual',
      SECURITY_UPDATES: isOn((one) => ofDebian(one) && isSecurity(one)) ? 'daily' : 'never',
      ...settings,
    },
    others,
    origin,
  };
}

/** Null if nothing was ever set. */
export function renderConfiguration({ settings, others, origin }: DesiredUpdates): string | null {
  const own = renderOwn(settings);
  if (own === '') return null;
  const { UPDATES, RPMUP, SECURITY_UPDATES } = settings;
  const chosen = [UPDATES, RPMUP, SECURITY_UPDATES];
  if (chosen.every((one) => one === undefined)) return HEAD + own;
  const isDaily = chosen.includes('daily');
  const isNever = chosen.every((one) => one === 'never');
  const periodic = [
    ...(isNever ? [] : ['APT::Periodic::Enable "1";']),
    `APT::Periodic::Update-Package-Lists "${isNever ? 0 : 1}";`,
    `APT::Periodic::Unattended-Upgrade "${isDaily ? 1 : 0}";`,
  ];
  const patterns = [
    ...(SECURITY_UPDATES === 'daily' || RPMUP === 'daily' ? SECURITY : []),
    ...(RPMUP === 'daily' ? ALL : []),
    ...(UPDATES === 'daily' ? [`origin=${origin}`] : []),
    ...others,
  ];
  const list = isDaily
    ? [
        '#clear Unattended-Upgrade::Origins-Pattern;',
        'Unattended-Upgrade::Origins-Pattern {',
        ...patterns.map((pattern) => `  ${quoted(pattern)};`),
        '};',
        // Its repository may also be one of the others.
        ...(UPDATES === 'daily' ? [] : [`Unattended-Upgrade::Package-Blacklist { "${PACKAGE}$"; };`]),
      ]
    : [];
  return [HEAD + own.trimEnd(), ...periodic, ...list, ''].join('\n');
}

/** Null if no tier was chosen. A tier is a suite of the repository; a version also stands for those below it. */
export function renderPreferences({ settings: { CPANEL } }: DesiredUpdates): string | null {
  if (CPANEL === undefined) return null;
  const pin = /^\d/.test(CPANEL)
    ? `version /^${CPANEL.replaceAll('.', '\\.')}([.+~-]|$)/`
    : `release a=${CPANEL}`;
  return [
    'Explanation: whmapi1 wrote this file (set_tier, update_updateconf). Changes by hand are not overwritten.',
    `Package: ${PACKAGE}`,
    `Pin: ${pin}`,
    'Pin-Priority: 990',
    '',
  ].join('\n');
}

/** apt.conf(5) has no escapes within a value. */
function quoted(value: string): string {
  if (!/["\n\\]/.test(value)) return `"${value}"`;
  throw new MachineError(
    'failed',
    `The pattern ${value} of Unattended-Upgrade::Origins-Pattern contains a quotation mark. Write it without.`,
  );
}
