// What both drivers of Apache share: its files, its tools, and whether it is installed.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { DriverPort, FileChange, FileDriver, Reload } from '../../../../../ground/driver/file-driver.ts';
import { prepareReload, waitUntilServed } from './additions.ts';
import {
  exclusively,
  isDown,
  nextGeneration,
  reload,
  writtenGeneration,
  type ApacheServer,
} from './control.ts';
import { DIRECTORIES, FOLDERS } from './places.ts';
import type { Locate } from './render-account.ts';

export const common: Pick<
  FileDriver<unknown>,
  'name' | 'directories' | 'folders' | 'tools' | 'suits' | 'isDown'
> = {
  name: 'Apache',
  directories: DIRECTORIES,
  folders: FOLDERS,
  tools: ['apache2ctl', 'apache2', 'a2enmod', 'a2dismod', 'systemctl'].map((name) => ({ name })),
  suits: async ({ tools, services }: DriverPort) => !services.isSupported || (await tools.has('apache2ctl')),
  isDown,
};

/** The order of Apache’s reloads: after PHP-FPM, whose pools the virtual hosts use. */
const ORDER = 2;

/**
 * The same for removals: no file is removed while Apache reads its configuration. Whatever reads it later does not find
 * what the account had, so that can be removed at once.
 */
export async function reloadsOfRemovals(
  server: ApacheServer,
  changes: readonly FileChange[],
  port: DriverPort,
): Promise<Reload[]> {
  if (changes.length === 0) return [];
  const [note, ...reloads] = await requestedReloads(server, port);
  return note === undefined
    ? []
    : [{ ...note, key: 'apache removals', exclusively: exclusively(port) }, ...reloads];
}

/** A request for a reload that nobody waits for, for all additions that come together. */
export async function requestedReloads(server: ApacheServer, port: DriverPort): Promise<Reload[]> {
  if (!(await server.isServed(port))) return [];
  let generation = 0;
  return [
    { key: 'apache additions', run: () => prepareReload(server, port) },
    {
      key: 'apache reload of additions',
      before: async () => {
        generation = await writtenGeneration(port);
      },
      async run() {
        // Another reload might have read the files while PHP-FPM did not have the pools yet.
        generation = await nextGeneration(port);
        // No file may be removed while Apache reads them.
        if (await server.requestReload(port)) await waitUntilServed(server, generation);
      },
      exclusively: exclusively(port),
      later: {
        kind: 'websites',
        order: ORDER,
        async used() {
          if (await waitUntilServed(server, generation, { waitMs: 0 })) return;
          throw new MachineError('failed', 'Apache does not use the files of new and removed accounts.');
        },
      },
    },
  ];
}

/** One graceful restart for all changes that wait for it. */
export async function reloadsOf(
  server: ApacheServer,
  changes: readonly FileChange[],
  port: DriverPort,
): Promise<Reload[]> {
  if (changes.length === 0 || !(await server.isServed(port))) return [];
  const run = () => reload(server, port);
  return [{ key: 'apache configuration', run, order: ORDER, exclusively: exclusively(port) }];
}

/** Finds any path of the machine, also homes, which Apache reads and this driver does not. */
export function anywhere(locate: Locate): Locate {
  const [folder = ''] = DIRECTORIES;
  const root = locate(folder).slice(0, -folder.length);
  return (path) => root + path;
}
