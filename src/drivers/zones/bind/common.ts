// What both of BIND's drivers share: where its files are, its tools, and whether it is here.
import type { DriverPort, FileDriver } from '../../file-driver.ts';
import { Control, isDown, privateServer, systemServer, type BindServer } from './control.ts';
import { DIRECTORIES, FOLDERS } from './places.ts';

/** Changes that need `rndc reconfig` share one. */
export const RECONFIGURATION = 'bind configuration';

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
