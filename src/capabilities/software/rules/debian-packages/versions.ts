// WHM's rpm.versions on Debian: which packages are wanted, held, blocked or pinned to a version. apt and dpkg have the
// settings; nothing of them is in the store.
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Param } from '../../../../core/define.ts';
import { quote } from '../../../../core/quote.ts';
import { packageName } from './parameters.ts';
import type { ByName, InstalledPackage, Pin } from './packages.ts';

const sections = ['target_settings', 'pins', 'rpm_groups'] as const;
export type Section = (typeof sections)[number];
const states = ['installed', 'unmanaged', 'uninstalled'];

export interface VersionFacts {
  readonly installed: ByName<InstalledPackage>;
  readonly pins: ByName<Pin>;
  readonly packagesOfRoles: ByName<readonly string[]>;
  /** The roles of this server. */
  readonly roles: ReadonlySet<string>;
  /** The versions of the package of the call that are installed or could be. */
  readonly available: readonly string[];
  /** True if the value of the call is one of them, or the beginning of one. */
  readonly isAvailable: boolean;
}

export const section = {
  type: 'string',
  required: true,
  values: sections,
  doc: 'The section: target_settings, pins, or rpm_groups, which cannot be changed.',
} as const satisfies Param;

export const versionKey = {
  ...packageName,
  required: true,
  doc: 'The package.',
} as const;

export const versionValue = {
  type: 'string',
  required: true,
  maxLength: 128,
  doc:
    'In target_settings: unmanaged (held), uninstalled (apt never installs it) or installed (neither). In pins: a ' +
    'version, which may end with *.',
} as const satisfies Param;

/** The packages of this server’s roles, or of one role, that are not installed. @throws ApiError `bad_param`. */
export function missingPackages(
  { installed, packagesOfRoles, roles }: Omit<VersionFacts, 'pins' | 'available' | 'isAvailable'>,
  target: string | undefined,
): string[] {
  if (target !== undefined && !packagesOfRoles.has(target)) {
    throw badParam(
      `The parameter “target” should be a role with packages, such as ${[...packagesOfRoles.keys()].join(', ')}, and ` +
        `not ${quote(target)}.`,
    );
  }
  const wanted = [...packagesOfRoles].filter(([role]) =>
    target === undefined ? roles.has(role) : role === target,
  );
  return [...new Set(wanted.flatMap(([, names]) => names))].filter((name) => !installed.has(name)).sort();
}

/** A section, by its keys. */
export function readSection(name: Section, facts: VersionFacts): Record<string, string | string[]> {
  const { installed, pins, packagesOfRoles } = facts;
  if (name === 'rpm_groups') {
    return Object.fromEntries([...packagesOfRoles].map(([role, names]) => [role, [...names]]));
  }
  if (name === 'pins') {
    return Object.fromEntries(
      [...pins].flatMap(([one, pin]) => (pin === 'blocked' ? [] : [[one, pin.version]])),
    );
  }
  return Object.fromEntries([
    ...wantedBy(facts).map((one) => [one, 'installed'] as const),
    ...[...pins].flatMap(([one, pin]) => (pin === 'blocked' ? [[one, 'uninstalled'] as const] : [])),
    ...[...installed].flatMap(([one, { isHeld }]) => (isHeld ? [[one, 'unmanaged'] as const] : [])),
  ]);
}

/** @throws ApiError `not_found`. */
export function readKey(name: Section, key: string, facts: VersionFacts): Record<string, string | string[]> {
  const value = readSection(name, facts)[key];
  if (value === undefined) throw notFound(`The section ${name} has no entry ${quote(key)}.`);
  return { [key]: value };
}

export interface Wanted {
  readonly name: string;
  readonly isHeld?: boolean;
  readonly pin?: Pin | null;
}

/** What an entry of a section changes. Undefined if it is there already. @throws ApiError `bad_param`. */
export function wantedBySetting(
  name: Section,
  key: string,
  value: string,
  facts: VersionFacts,
): Wanted | undefined {
  const { installed, pins } = facts;
  const own = installed.get(key);
  if (name === 'rpm_groups') throw readOnly();
  if (name === 'pins') {
    if (!/^(?:\d+:)?\d[A-Za-z0-9.+~-]*(?:\*)?$/.test(value)) {
      throw badParam(
        `The parameter “value” should be a version such as 1:9.20.11-4, or the beginning of one such as 1:9.20*, and ` +
          `not ${quote(value)}.`,
      );
    }
    const present = pins.get(key);
    const isSame = typeof present === 'object' && present.version === value;
    return isSame ? undefined : { name: key, pin: { version: value } };
  }
  if (!states.includes(value)) {
    throw badParam(`The parameter “value” should be ${states.join(', ')}, and not ${quote(value)}.`);
  }
  if (value === 'unmanaged' && own === undefined) {
    throw badParam(`The package ${quote(key)} is not installed. Only an installed package can be held.`);
  }
  if (value === 'uninstalled' && wantedBy(facts).includes(key)) {
    throw badParam(
      `The package ${quote(key)} belongs to a role of this server. First activate a profile without the role ` +
        `(start_profile_activation).`,
    );
  }
  return changed(key, facts, { isHeld: value === 'unmanaged', isBlocked: value === 'uninstalled' });
}

/** What the caller should know about an entry, as sentences. */
export function remarksOn(name: Section, key: string, value: string, facts: VersionFacts): string[] {
  const { installed, available, isAvailable } = facts;
  const isInstalled = installed.has(key);
  if (name === 'pins') {
    if (isAvailable) return [];
    const known = available.length === 0 ? '' : ` It knows ${available.join(', ')}.`;
    return [`apt knows no such version of ${quote(key)}, so that the entry has no effect yet.${known}`];
  }
  if (value === 'uninstalled' && isInstalled) {
    return [
      `${quote(key)} is installed, and stays so: package_manager_submit_actions uninstall=${key} removes it.`,
    ];
  }
  if (value === 'installed' && !isInstalled) {
    return [`${quote(key)} is not installed: package_manager_submit_actions install=${key} installs it.`];
  }
  return [];
}

/** What the removal of an entry changes. @throws ApiError `bad_param`, `not_found`. */
export function wantedByRemoval(name: Section, key: string, value: string, facts: VersionFacts): Wanted {
  if (name === 'rpm_groups') throw readOnly();
  const present = readSection(name, facts)[key];
  if (present !== value) {
    const what = present === undefined ? 'has no entry' : `has the value ${quote(String(present))} for`;
    throw notFound(`The section ${name} ${what} ${quote(key)}.`);
  }
  if (name === 'pins') return { name: key, pin: null };
  const change = changed(key, facts, { isHeld: false, isBlocked: false });
  if (change !== undefined) return change;
  throw badParam(`The entry of ${quote(key)} is not a setting: a role of this server needs the package.`);
}

function changed(
  key: string,
  { installed, pins }: VersionFacts,
  { isHeld, isBlocked }: { readonly isHeld: boolean; readonly isBlocked: boolean },
): Wanted | undefined {
  const wasHeld = installed.get(key)?.isHeld === true;
  const wasBlocked = pins.get(key) === 'blocked';
  if (wasHeld === isHeld && wasBlocked === isBlocked) return undefined;
  return {
    name: key,
    ...(wasHeld === isHeld ? {} : { isHeld }),
    ...(wasBlocked === isBlocked ? {} : { pin: isBlocked ? 'blocked' : null }),
  };
}

function wantedBy({ packagesOfRoles, roles }: VersionFacts): string[] {
  return [...packagesOfRoles].flatMap(([role, names]) => (roles.has(role) ? names : []));
}

function readOnly() {
  return badParam('The section rpm_groups shows the packages of roles. It cannot be changed.');
}
