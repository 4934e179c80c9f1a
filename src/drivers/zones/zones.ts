// The nameserver of this machine: BIND 9, in the sandbox too, where its files are written and nothing is served.
import type { FileMemento } from '../file-driver.ts';
import { Bind } from './bind/bind.ts';
import type { ZonesDriver } from './contract.ts';

export const zones: ZonesDriver<FileMemento> = new Bind();
