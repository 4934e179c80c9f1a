// What both of BIND's drivers share: where its files are, its tools, and whether it is here.
import type { DriverPort, FileDriver } from '../../file-driver.ts';
import { isDown, type BindServer } from './control.ts';
import { DIRECTORIES, FOLDERS } from './places.ts';

/** Changes that need `rndc reconfig` share one. */
export const RECONFIGURATION = 'bind configuration';

export interface Context {
  readonly server: BindServer;
}

export function common({
  server,
}: Context): Pick<FileDriver<unknown>, 'name' | 'directories' | 'folders' | 'tools' | 'suits' | 'isDown'> {
  return {
    name: 'BIND',
    directories: DIRECTORIES,
    folders: FOLDERS,
    tools: [
      { name: 'named-checkzone', worksInSandbox: true },
      { name: 'named-checkconf', worksInSandbox: true },
      { name: 'rndc', worksInSandbox: server.isPrivate },
    ],
    suits: async ({ tools, services }: DriverPort) =>
      !services.areRun || ((await tools.has('rndc')) && (await tools.has('named-checkzone'))),
    isDown,
  };
}
