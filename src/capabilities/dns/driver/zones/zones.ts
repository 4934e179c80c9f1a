// The nameserver of this machine: BIND 9. In a sandbox, its files are written but not served.
import type { FileMemento } from '../../../../ground/driver/file-driver.ts';
import { Bind } from './bind/bind.ts';
import type { ZonesDriver } from './contract.ts';

export const zones: ZonesDriver<FileMemento> = new Bind();
