// What both of BIND's drivers share: where its files are, its tools, and whether it is here.
import type { DriverPort, FileDriver, Reload } from '../../file-driver.ts';
import { writeCatalog } from './catalog.ts';
import { Control, isDown, privateServer, systemServer, type BindServer } from './control.ts';
import { DIRECTORIES, FOLDERS } from './places.ts';

/** The server, if it is known from the beginning; otherwise the machine knows it. */
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
    // Of a sandbox, it speaks to a private server only.
    { name: 'rndc', worksInSandbox: true },
  ],
  suits: async ({ tools, services }: DriverPort) =>
    !services.areRun || ((await tools.has('rndc')) && (await tools.has('named-checkzone'))),
  isDown,
};

/** How the server is spoken to. */
export async function controlOf(port: DriverPort, { server }: Context): Promise<Control> {
  if (server !== undefined) return new Control(port, server);
  const own = await port.services.ownProcess('named');
  return new Control(port, own === undefined ? systemServer : privateServer(own));
}

/** Loads what the configuration has gained and lost, for all changes that wait for it. @param control undefined if nothing is served. */
export function reconfiguration(port: DriverPort, control: Control | undefined): Reload {
  const run = async () => {
    await control?.reconfigure();
    await writeCatalog(port, control);
  };
  return { key: 'bind configuration', run };
}
