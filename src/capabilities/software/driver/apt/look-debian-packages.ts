// What functions read about the packages of the system.
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import { Apt } from './apt.ts';
import type { FoundRequest, InstalledPackage, PackageRequest } from '../../rules/debian-packages/packages.ts';
import type { PackageSource, PackageVersions } from './packages.ts';
import { isPinned, readPins } from './pins.ts';
import { SandboxPackages } from './sandbox.ts';
import { namesIn, relationsIn } from './stanzas.ts';
import type { PackageFacts } from '../../rules/debian-packages/show.ts';

type PackageMachine = Pick<Machine, 'files' | 'tools' | 'services' | 'system'>;

/** @throws MachineError `failed` if this machine has no apt. */
export function packagesOf(machine: PackageMachine): Promise<PackageSource> {
  return machine.system.isSandbox ? SandboxPackages.on(machine) : Apt.on(machine);
}

type PackageState = PackageFacts['state'];

/** The names of packages, sorted. `any`: all that are known. */
export async function listPackages(machine: PackageMachine, state: PackageState | 'any'): Promise<string[]> {
  const source = await packagesOf(machine);
  const installed = await source.installed();
  const own = [...installed.keys()];
  if (state === 'installed') return own.sort();
  if (state === 'updatable') {
    const versions = await source.versions(own);
    return own.filter((name) => stateOf(versions.get(name), installed.get(name)) === 'updatable').sort();
  }
  const known = await source.known();
  if (state === 'not_installed') return [...known].filter((name) => !installed.has(name)).sort();
  return [...new Set([...known, ...own])].sort();
}

export interface FoundPackages {
  readonly packages: readonly PackageFacts[];
  /** The names that no list has. */
  readonly unknown: readonly string[];
}

/** `namespaces`: parts of names before a hyphen. `ignoresExcludes`: as if no package was held or pinned. */
export async function describePackages(
  machine: PackageMachine,
  asked: {
    readonly names: readonly string[];
    readonly namespaces: readonly string[];
    readonly ignoresExcludes: boolean;
  },
): Promise<FoundPackages> {
  const source = await packagesOf(machine);
  const installed = await source.installed();
  const known = new Set([...(await source.known()), ...installed.keys()]);
  const inside = [...known].filter((name) => isIn(name, asked.namespaces)).sort();
  const names = [...new Set([...asked.names.filter((name) => known.has(name)), ...inside])];
  const versions = await source.versions(names, asked.ignoresExcludes);
  const stanzas = new Map(
    (await source.stanzas(names)).map((stanza) => [
      `${stanza.get('Package')} ${stanza.get('Version')}`,
      stanza,
    ]),
  );
  const packages = names.map(async (name): Promise<PackageFacts> => {
    const found = versions.get(name) ?? { installed: undefined, latest: undefined, repository: '' };
    const own = installed.get(name);
    const latest = own?.isHeld === true && !asked.ignoresExcludes ? own.version : found.latest;
    const stanza = stanzas.get(`${name} ${own?.version ?? latest}`) ?? new Map<string, string>();
    return {
      name,
      versions: { ...found, installed: own?.version, latest },
      state: stateOf(found, asked.ignoresExcludes && own !== undefined ? { ...own, isHeld: false } : own),
      stanza,
      license: own === undefined ? undefined : await source.license(name),
      requires: relationsIn(stanza, 'Pre-Depends', 'Depends'),
      conflicts: relationsIn(stanza, 'Conflicts', 'Breaks'),
    };
  });
  return {
    packages: await Promise.all(packages),
    unknown: asked.names.filter((name) => !known.has(name)),
  };
}

function stateOf(
  versions: PackageVersions | undefined,
  installed: InstalledPackage | undefined,
): PackageState {
  if (installed === undefined) return 'not_installed';
  const { latest = installed.version } = versions ?? {};
  return latest === installed.version || installed.isHeld ? 'installed' : 'updatable';
}

function isIn(name: string, namespaces: readonly string[]): boolean {
  return namespaces.some((namespace) => name === namespace || name.startsWith(`${namespace}-`));
}

/** Simulates a request. Changes nothing. */
export async function lookAtRequest(
  machine: PackageMachine,
  request: PackageRequest | undefined,
): Promise<FoundRequest> {
  const source = await packagesOf(machine);
  const installed = await source.installed();
  const names = request === undefined ? [] : [...request.install, ...request.remove, ...request.upgrade];
  const known = names.length === 0 ? new Set<string>() : await source.known();
  const unknown = names.filter((name) => !known.has(name) && !installed.has(name));
  const pins = await readPins(machine);
  const blocked = [...(request?.install ?? []), ...(request?.upgrade ?? [])].filter(
    (name) => pins.get(name) === 'blocked',
  );
  const found = { request, installed, unknown, blocked };
  if (unknown.length + blocked.length > 0) return { ...found, changes: [], problem: undefined };
  try {
    return { ...found, changes: await source.simulate(request), problem: undefined };
  } catch (error) {
    if (!(error instanceof MachineError) || error.code !== 'failed') throw error;
    return { ...found, changes: [], problem: error.message };
  }
}

/**
 * The complete set of packages that somebody wants of some namespaces: what else is installed of them goes, unless a
 * wanted package depends on it.
 */
export async function lookAtWishes(
  machine: PackageMachine,
  names: readonly string[],
  namespaces: readonly string[],
): Promise<FoundRequest> {
  const source = await packagesOf(machine);
  const inside = [...(await source.installed()).keys()].filter((name) => isIn(name, namespaces));
  const needed = inside.length === 0 ? new Set<string>() : await dependenciesOf(source, names, inside);
  const remove = inside.filter((name) => !names.includes(name) && !needed.has(name));
  return lookAtRequest(machine, { install: [...new Set(names)], remove, upgrade: [] });
}

/** The packages among `inside` that packages depend on, directly or through others of them. */
async function dependenciesOf(
  source: PackageSource,
  names: readonly string[],
  inside: readonly string[],
): Promise<ReadonlySet<string>> {
  const needs = new Map<string, Set<string>>();
  for (const stanza of await source.stanzas([...new Set([...names, ...inside])])) {
    const name = stanza.get('Package') ?? '';
    const found = needs.get(name) ?? new Set();
    for (const one of relationsIn(stanza, 'Pre-Depends', 'Depends').flatMap(namesIn)) found.add(one);
    needs.set(name, found);
  }
  const needed = new Set<string>();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const one of needs.get(name) ?? []) {
      if (needed.has(one) || !inside.includes(one)) continue;
      needed.add(one);
      queue.push(one);
    }
  }
  return needed;
}

/** `asked`: a package, and a version of it, which may end with `*`. */
export async function lookAtVersions(
  machine: PackageMachine,
  asked?: { readonly key: string; readonly value: string },
) {
  const source = await packagesOf(machine);
  const stanzas = asked === undefined ? [] : await source.stanzas([asked.key]);
  const available = [...new Set(stanzas.flatMap((stanza) => stanza.get('Version') ?? []))];
  return {
    installed: await source.installed(),
    pins: await readPins(machine),
    available,
    isAvailable: available.some((version) => isPinned(version, asked?.value ?? '')),
  };
}
