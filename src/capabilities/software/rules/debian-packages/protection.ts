// Which changes of the system's packages are allowed: nothing goes that Debian, a role of this server or this program
// needs.
import { ApiError, badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { FoundRequest } from './packages.ts';

/** This program’s own package. */
const OWN = 'whmapi1';

interface RoleFacts {
  /** The roles of this server. */
  readonly roles: ReadonlySet<string>;
  /** The packages of all roles. */
  readonly packagesOfRoles: ReadonlyMap<string, readonly string[]>;
}

/** Why a package may not be removed, as sentences. Empty if all may. */
export function reasonsToKeep(found: FoundRequest, { roles, packagesOfRoles }: RoleFacts): string[] {
  const removed = found.changes.filter(({ after }) => after === undefined).map(({ name }) => name);
  return [...new Set([...(found.request?.remove ?? []), ...removed])].flatMap((name) => {
    if (found.installed.get(name)?.isEssential === true) {
      return [`${quote(name)} is essential: Debian does not work without it.`];
    }
    if (name === OWN) return [`${quote(name)} is this program. Remove it with apt itself.`];
    const role = [...packagesOfRoles].find(([one, names]) => roles.has(one) && names.includes(name));
    if (role === undefined) return [];
    return [
      `${quote(name)} belongs to the role ${role[0]} of this server. First activate a profile without this role ` +
        `(start_profile_activation).`,
    ];
  });
}

/** @throws ApiError `bad_param` for names and for packages that must stay, `host_failed` for apt’s reasons. */
export function assertAllowed(found: FoundRequest, facts: RoleFacts): void {
  const { request, unknown, installed, problem } = found;
  if (unknown.length > 0) throw badParam(unknownPackages(unknown));
  const { install = [], remove = [], upgrade = [] } = request ?? {};
  const absent = [...remove, ...upgrade].find((name) => !installed.has(name));
  if (absent !== undefined) throw badParam(`The package ${quote(absent)} is not installed.`);
  const [blocked] = found.blocked;
  if (blocked !== undefined) {
    throw badParam(
      `The package ${quote(blocked)} is blocked here. Allow it first: delete_rpm_version section=target_settings ` +
        `key=${blocked} value=uninstalled.`,
    );
  }
  const held = [...install, ...remove, ...upgrade].find((name) => installed.get(name)?.isHeld === true);
  if (held !== undefined) {
    throw badParam(
      `The package ${quote(held)} is held. Release it first: delete_rpm_version section=target_settings key=${held} ` +
        `value=unmanaged.`,
    );
  }
  const reasons = reasonsToKeep(found, facts);
  if (reasons.length > 0) {
    throw new ApiError('bad_param', `The request would remove packages that must stay. ${reasons.join(' ')}`);
  }
  if (problem !== undefined) throw new ApiError('host_failed', problem);
}

export function unknownPackages(names: readonly string[]): string {
  const quoted = names.slice(0, 12).map(quote).join(', ');
  return (
    `No list of packages has ${quoted}. package_manager_list_packages lists the names, and package_manager_fixcache ` +
    `fetches the lists again.`
  );
}

/** What a request changes, as sentences. */
export function describeChanges({ changes }: FoundRequest): string[] {
  const parts = [
    ['Installs', changes.filter(({ before }) => before === undefined)],
    ['Upgrades', changes.filter(({ before, after }) => before !== undefined && after !== undefined)],
    ['Removes', changes.filter(({ after }) => after === undefined)],
  ] as const;
  return parts.flatMap(([verb, some]) =>
    some.length === 0
      ? []
      : [`${verb} ${some.map(({ name, before, after }) => `${name} ${after ?? before}`).join(', ')}.`],
  );
}
