// The web server of this machine: Apache. In a sandbox, its files are written but not served.
import type { FileMemento } from '../../../../ground/driver/file-driver.ts';
import { Apache } from './apache/apache.ts';
import type { VirtualHostsDriver } from './contract.ts';

export const virtualHosts: VirtualHostsDriver<FileMemento> = new Apache();
