// The directories of apt, so that apt-cache and apt-get read those of a sandbox there.
import type { ToolWord } from '../../../../core/machine-daemons.ts';

const places: readonly (readonly [string, string])[] = [
  ['Dir::Etc', '/etc/apt'],
  ['Dir::State', '/var/lib/apt'],
  ['Dir::State::status', '/var/lib/dpkg/status'],
  ['Dir::Cache', '/var/cache/apt'],
];

/** Options, for the beginning of a command. On Linux, they are the defaults. */
export const aptPlaces: readonly ToolWord[] = places.flatMap(([name, path]) => [
  '-o',
  { path, prefix: `${name}=` },
]);
