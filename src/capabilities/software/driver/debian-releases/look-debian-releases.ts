// The releases of Debian, and until when they are supported: from the package distro-info-data, by debian-distro-info(1).
import { ApiError, notFound } from '../../../../core/errors.ts';
import type { DeclaredTool, MachineTools } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { readSystemRelease } from './system-release.ts';

export interface DebianRelease {
  /** `13`. */
  readonly version: string;
  /** `trixie`. */
  readonly series: string;
  /** The last second of the day, in seconds since 1970-01-01. Undefined if the day is not known. */
  readonly released: number | undefined;
  readonly supportEnds: number | undefined;
  /** Undefined for a release that never had long-term support, or does not have a date for it yet. */
  readonly longTermSupportEnds: number | undefined;
  /** `stable`, `oldstable`, `testing`. */
  readonly names: readonly string[];
}

export interface SystemRelease {
  readonly release: DebianRelease;
  /** `13.6`. */
  readonly fullVersion: string;
}

const TOOL = 'debian-distro-info';
const tools: readonly DeclaredTool[] = [{ name: TOOL, worksInSandbox: true }];
const SECONDS_OF_DAY = 86_400;

/**
 * The releases with a number, the oldest first. `now`: milliseconds since 1970-01-01.
 * @throws ApiError `disabled` if the package is not installed.
 */
export async function findReleases(machine: Machine, now: number): Promise<DebianRelease[]> {
  const port = await machine.tools(tools);
  if (!(await port.has(TOOL))) {
    throw new ApiError(
      'disabled',
      'The dates come from the package “distro-info”, which is not installed. Install it first: apt-get install ' +
        'distro-info',
    );
  }
  const [versions, released, supported, longTerm] = await Promise.all([
    port.run(TOOL, ['--all', '--release']),
    daysUntil(port, 'release'),
    daysUntil(port, 'eol'),
    daysUntil(port, 'eol-lts'),
  ]);
  const names = await namesOf(port, new Date(now).toISOString().slice(0, 10));
  // Both lists have the same order. A release without a number is listed by its name.
  const numbers = versions.stdout.split('\n');
  return [...released.keys()].flatMap((series, at) => {
    const version = numbers[at] ?? '';
    if (!/^\d/.test(version)) return [];
    const one = {
      released: released.get(series),
      supportEnds: supported.get(series),
      longTermSupportEnds: longTerm.get(series),
    };
    return [
      { version, series, ...one, names: names.filter(([, of]) => of === series).map(([name]) => name) },
    ];
  });
}

/** The release that this server runs. @throws ApiError `not_found` if it is none of Debian. */
export async function findSystemRelease(machine: Machine, now: number): Promise<SystemRelease> {
  const { codename, fullVersion } = await readSystemRelease(machine);
  if (codename === '') {
    throw notFound(
      '“/etc/os-release” does not say which release of Debian this server runs (VERSION_CODENAME).',
    );
  }
  const release = (await findReleases(machine, now)).find(({ series }) => series === codename);
  if (release !== undefined) return { release, fullVersion };
  throw notFound(
    `distro-info-data has no release “${codename}” of Debian. If it is a new one, update the package: apt-get install ` +
      '--only-upgrade distro-info-data',
  );
}

/** When support ends: with long-term support, if the release has it. */
export function endOf({ supportEnds, longTermSupportEnds }: DebianRelease): number | undefined {
  return longTermSupportEnds ?? supportEnds;
}

async function daysUntil(port: MachineTools, milestone: string): Promise<Map<string, number | undefined>> {
  const words = ['--all', '--codename', `--days=${milestone}`, '--date=1970-01-01'];
  const { stdout } = await port.run(TOOL, words);
  return new Map(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [series = '', days = ''] = line.split(' ');
        return [series, /^\d+$/.test(days) ? (Number(days) + 1) * SECONDS_OF_DAY - 1 : undefined];
      }),
  );
}

/** Pairs of `stable` and the series that has this name on this day. */
async function namesOf(port: MachineTools, date: string): Promise<(readonly [string, string])[]> {
  const asked = ['oldstable', 'stable', 'testing'].map(async (name) => {
    // It exits with 1 if the data ends before the day.
    const { stdout } = await port.run(TOOL, [`--${name}`, '--codename', `--date=${date}`], {
      accept: [0, 1],
    });
    return [name, stdout.trim()] as const;
  });
  return Promise.all(asked);
}
