// What ServerInformation::get_information tells an account about its server: services and what is in use. Other accounts,
// and their file systems, are not in it.
import type { Answer, Field } from '../../../../core/define.ts';
import type { FileSystem, FileSystems, Memory } from '../../../../core/machine-kernel.ts';
import { listPartitions } from './partitions.ts';

export const informationRow = {
  fields: {
    name: {
      type: 'string',
      doc: 'The service, or what was measured: “Server Load”, “Memory Used”, “Disk /home”.',
    },
    type: { type: 'string', doc: '“service” or “device”.' },
    value: {
      type: 'string',
      doc: '“up” or “down” for a service. The load average of one minute. For memory and disks, the part in use: “12%”.',
    },
    status: {
      type: 'any',
      doc: '1 if the service runs, or the value was measured. 0 if the service does not run. “unknown”: see “error”.',
    },
    version: { type: 'string', doc: 'The version of whmapi1 for its own services. Empty for all others.' },
    error: { type: 'string', optional: true, doc: 'Why the value could not be measured.' },
  },
} as const satisfies Field;

type Row = Answer<typeof informationRow>;

interface Service {
  readonly name: string;
  readonly installed: number;
  readonly running: number;
}

/** One row for each service that is installed. `own`: those that are parts of this program, which has the `version`. */
export function serviceRows(
  services: readonly Service[],
  { own, version }: { readonly own: ReadonlySet<string>; readonly version: string },
): Row[] {
  return services
    .filter(({ installed }) => installed === 1)
    .map(({ name, running }) => ({
      ...{ name, type: 'service', value: running === 1 ? 'up' : 'down', status: running },
      version: own.has(name) ? version : '',
    }));
}

interface Measured {
  readonly load: number;
  readonly memory: Memory;
  readonly fileSystems: FileSystems;
  /** The home directory of the account. */
  readonly home: string;
}

/** The load, the memory, and the file systems of the system and of the account’s home. */
export function deviceRows({ load, memory, fileSystems, home }: Measured): Row[] {
  const device = (name: string, value: string): Row => ({
    ...{ name, type: 'device', value, status: 1, version: '' },
  });
  const used = memory.total - memory.available;
  const places = [...new Set(['/', home].map((path) => mountPointOf(path, fileSystems)))];
  return [
    device('Server Load', load.toFixed(2)),
    device('Memory Used', `${memory.total === 0 ? 0 : Math.round((100 * used) / memory.total)}%`),
    ...places.flatMap((place): Row[] => {
      if (place === undefined) return [];
      const found = fileSystems.list.filter(({ mountPoint }) => mountPoint === place).slice(-1);
      if (found.length === 0) {
        const error = 'The file system did not answer.';
        return [{ ...device(`Disk ${place}`, ''), status: 'unknown', error }];
      }
      return listPartitions(found).map(({ percentage }) => device(`Disk ${place}`, `${percentage}%`));
    }),
  ];
}

/** Where the file system of a path is mounted, as far as the kernel lists it. */
function mountPointOf(path: string, { list, silent }: FileSystems): string | undefined {
  const holds = (mountPoint: FileSystem['mountPoint']) =>
    path === mountPoint || path.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`);
  return [...list.map(({ mountPoint }) => mountPoint), ...silent]
    .filter(holds)
    .sort((a, b) => b.length - a.length)[0];
}
