// What functions ask about updates: the settings, where this program’s versions come from, and whether this server can
// install updates by itself.
import { ApiError, badParam, notFound } from '../../../../core/errors.ts';
import type { FreeContext } from '../../../../core/context.ts';
import type { Machine } from '../../../../core/machine.ts';
import { frequencies, readSettings, type Frequency, type UpdateSettings } from './settings.ts';
import { findSource, type Source, type Offer } from './source.ts';

// WHM’s release tiers, and the channels that stand for them: suites of a repository, or dist-tags of npm.
export const tiers = ['edge', 'current', 'release', 'stable', 'lts'] as const;
type Tier = (typeof tiers)[number];

/** npm’s own name for the usual version, and the usual one for the newest. */
const npmTags: Partial<Record<Tier, string>> = { release: 'latest', edge: 'next' };

/** The newest version in the tier. */
export function offerIn({ offers, kind }: Source, tier: string): Offer | undefined {
  const inChannel = (name: string | undefined) =>
    name === undefined ? undefined : offers.find(({ channels }) => channels.includes(name));
  return inChannel(tier) ?? (kind === 'npm' ? inChannel(npmTags[tier as Tier]) : undefined);
}

/** The tier that a version is in. Empty if it is in none. */
export function tierOf(source: Source, version: string | undefined): string {
  return tiers.findLast((tier) => offerIn(source, tier)?.version === version) ?? '';
}

export { frequencies, readSettings };
export type { Frequency, Source, UpdateSettings };

/** The origin in the Release file of a repository of this program, unless a configured one says otherwise. */
const ORIGIN = 'whmapi1';
/** Debian’s timers that update the package lists and run unattended-upgrades. */
const APT_TIMERS = ['apt-daily.timer', 'apt-daily-upgrade.timer'];
const SPAM_TIMER = 'spamassassin-maintenance.timer';

/** @throws ApiError `not_found` if neither apt nor npm has this program. */
export async function getSource(machine: Machine): Promise<Source> {
  const source = await findSource(machine, { asksRegistry: true });
  if (source !== undefined) return source;
  throw notFound(
    'Neither apt nor npm has a package “whmapi1” on this server, so there are no versions to choose from. Add the ' +
      'repository of the package to /etc/apt/sources.list.d and run “apt-get update”, or install the program with ' +
      '“npm install --global whmapi1”.',
  );
}

/** A sentence if the versions are those of the last update of the package lists. */
export function asOfSentence({ asOf }: Source): string | undefined {
  if (asOf === undefined) return undefined;
  const time = new Date(asOf).toISOString().replace(/\.\d+Z$/, 'Z');
  return `These are the versions in the package lists of ${time}. “apt-get update” gets new ones.`;
}

interface UpdateMeans {
  /** Read only for changes that are about this program. The registry of npm is not asked. */
  readonly source: Source | undefined;
  readonly origin: string;
  /** The timers that have to change for these settings. */
  readonly timers: readonly { readonly unit: string; readonly isEnabled: boolean }[];
  readonly warnings: readonly string[];
}

/**
 * Looks for what the changes need. @throws ApiError `disabled` if something must be updated every day and
 * unattended-upgrades is not installed.
 */
export async function lookForMeans({ machine }: FreeContext, changes: UpdateSettings): Promise<UpdateMeans> {
  const { isSandbox } = machine.system;
  const ofApt = [changes.UPDATES, changes.RPMUP, changes.SECURITY_UPDATES];
  const isDaily = ofApt.includes('daily');
  if (isDaily && !isSandbox) await assertUnattendedUpgrades(machine);
  const isAsked = changes.CPANEL !== undefined || changes.UPDATES !== undefined;
  const source = isAsked ? await findSource(machine, { asksRegistry: false }) : undefined;
  const units = [...(isDaily ? APT_TIMERS : []), ...(changes.SARULESUP === undefined ? [] : [SPAM_TIMER])];
  const states = units.length === 0 ? undefined : await (await machine.services()).states(units);
  const timers = isDaily
    ? APT_TIMERS.filter(
        (unit) => states?.get(unit)?.isInstalled === true && !states.get(unit)?.isEnabled,
      ).map((unit) => ({ unit, isEnabled: true }))
    : [];
  const warnings: string[] = [];
  if (changes.SARULESUP !== undefined) {
    if (states?.get(SPAM_TIMER)?.isInstalled === true) {
      timers.push({ unit: SPAM_TIMER, isEnabled: changes.SARULESUP === 'daily' });
    } else {
      warnings.push('SARULESUP is stored, but SpamAssassin is not installed on this server.');
    }
  }
  if (changes.UPDATES === 'daily' && source?.kind !== 'npm' && (source?.offers.length ?? 0) === 0) {
    warnings.push(
      'No configured repository of apt has whmapi1 yet. Until one has it, nothing updates this program.',
    );
  }
  const origin = source?.offers.find((one) => isPlain(one.origin))?.origin ?? ORIGIN;
  return { source, origin, timers, warnings };
}

/** A sentence if choosing this tier, or this version, has no effect yet. */
export function tierWarning({ source }: Pick<UpdateMeans, 'source'>, tier: string): string | undefined {
  if (source?.kind === 'npm') {
    return `npm installed this program. The tier is stored; to follow it, run “npm install --global whmapi1@${tier}”.`;
  }
  const isTier = tiers.some((one) => one === tier);
  const isVersion = (version: string) =>
    version.startsWith(tier) && /^(?:[.+~-]|$)/.test(version.slice(tier.length));
  const isOffered = isTier
    ? source !== undefined && offerIn(source, tier) !== undefined
    : source?.offers.some(({ version }) => isVersion(version));
  if (isOffered === true) return undefined;
  const what = isTier ? `the tier “${tier}”` : `a version “${tier}”`;
  return `No configured repository has ${what} of whmapi1 yet. Until one has it, apt chooses among the others.`;
}

/** npm installs nothing by itself. @throws ApiError `bad_param`. */
export function assertUpdatable({ source }: Pick<UpdateMeans, 'source'>, updates: Frequency): void {
  if (source?.kind !== 'npm' || updates !== 'daily') return;
  throw badParam(
    'npm installed this program, and does not update it by itself. Use “manual”, and run “npm install --global ' +
      'whmapi1” for an update.',
  );
}

async function assertUnattendedUpgrades(machine: Machine): Promise<void> {
  const tools = await machine.tools([{ name: 'unattended-upgrade' }]);
  if (await tools.has('unattended-upgrade')) return;
  throw new ApiError(
    'disabled',
    'The package “unattended-upgrades” is not installed, and it installs updates every day. Install it first: ' +
      'apt-get install unattended-upgrades',
  );
}

/** A pattern of unattended-upgrades separates its parts with commas. Debian’s own origin stands for all of Debian. */
function isPlain(origin: string | undefined): boolean {
  return origin !== undefined && origin !== 'Debian' && /^[\w .:+-]+$/.test(origin);
}
