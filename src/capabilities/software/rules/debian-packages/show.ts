// Packages of the system as WHM's functions show them.

/** The facts of a package (`capabilities/software/driver/apt/look-debian-packages.ts`). */
export interface PackageFacts {
  readonly name: string;
  readonly state: 'installed' | 'not_installed' | 'updatable';
  readonly versions: {
    readonly installed: string | undefined;
    readonly latest: string | undefined;
    readonly repository: string;
  };
  /** The fields of Debian’s control data: `Architecture`, `Section`, … */
  readonly stanza: ReadonlyMap<string, string>;
  readonly license: string | undefined;
  readonly requires: readonly string[];
  readonly conflicts: readonly string[];
}

export function show({ name, state, versions, stanza, license, requires, conflicts }: PackageFacts) {
  const { installed = '', latest = '', repository } = versions;
  const full = installed === '' ? latest : installed;
  const dash = full.lastIndexOf('-');
  // A translation of the description is in a field of its own language: Description-en.
  const [, description = ''] =
    [...stanza].find(([field]) => /^Description(?:-(?!md5$)\w+)?$/.test(field)) ?? [];
  const [short = '', ...long] = description.split('\n');
  return {
    package: name,
    state,
    version: dash === -1 ? full : full.slice(0, dash),
    release: dash === -1 ? '' : full.slice(dash + 1),
    version_installed: installed,
    version_latest: latest,
    architecture: stanza.get('Architecture') ?? '',
    repo_name: repository,
    // In units of 1024 bytes (Debian Policy, 5.6.20).
    size: Number(stanza.get('Installed-Size') ?? 0) * 1024,
    short_description: short,
    long_description: long.map((line) => (line === '.' ? '' : line)).join('\n'),
    license: license ?? '',
    more_info_url: stanza.get('Homepage') ?? null,
    pkg_group: stanza.get('Section') ?? '',
    pkg_dep: { requires: [...requires], conflicts: [...conflicts] },
  };
}
