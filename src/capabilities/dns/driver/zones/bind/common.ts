// What both drivers of BIND share: its files, its tools, and whether it is installed.
import type { DriverPort, FileDriver, Reload } from '../../../../../ground/driver/file-driver.ts';
import { writeCatalog } from './catalog.ts';
import { Control, hasNotRead, privateServer, systemServer, type BindServer } from './control.ts';
import { DIRECTORIES, FOLDERS } from './places.ts';

/** The server, if it is known from the beginning. Otherwise the machine provides it. */
export interface Context {
  readonly server?: BindServer;
}

export const common: Pick<
  FileDriver<unknown>,
  'name' | 'directories' | 'folders' | 'tools' | 'suits' | 'isDown'
> = {
  name: 'BIND',
  directories: DIRECTORIES,
  folders: FOLDERS,
  tools: [
    { name: 'named-checkzone', worksInSandbox: true },
    { name: 'named-checkconf', worksInSandbox: true },
    { name: 'dnssec-dsfromkey', worksInSandbox: true },
    // In a sandbox, rndc connects only to a private server.
    { name: 'rndc', worksInSandbox: true },
  ],
  suits: async ({ tools, services }: DriverPort) =>
    !services.isSupported || ((await tools.has('rndc')) && (await tools.has('named-checkzone'))),
  isDown: hasNotRead,
};

/** Returns the connection to the running server. */
export async function controlOf(port: DriverPort, { server }: Context): Promise<Control> {
  if (server !== undefined) return new Control(port, server);
  const own = await port.services.ownProcess('named');
  return new Control(port, own === undefined ? systemServer : privateServer(own));
}

/**
 * Loads added zones and drops removed ones, for all changes that wait for it.
 * @param control undefined if nothing is served.
 */
export function reconfiguration(
  port: DriverPort,
  control: Control | undefined,
): Reload & { readonly run: () => Promise<void> } {
  const run = async () => {
    await control?.reconfigure();
    await writeCatalog(port, control);
  };
  return { key: 'bind configuration', run };
}
