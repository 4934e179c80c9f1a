// The file in the state directory that lists the addresses that this program added to a Linux machine.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddedFile } from '../addresses/added.ts';
import type { Link } from '../addresses/list.ts';
import { withLock } from './lock.ts';
import { PrivateRecords } from './private-records.ts';

const NAME = 'added';

export class AddedFileOnDisk implements AddedFile {
  readonly #folder: string;
  readonly #records: PrivateRecords<Link[]>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#records = new PrivateRecords(folder, '.json');
  }

  read(): Promise<Link[] | undefined> {
    return this.#records.read(NAME);
  }

  write(links: Link[]): Promise<void> {
    return this.#records.write(NAME, links);
  }

  async withLock<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return withLock(join(this.#folder, 'lock'), work);
  }
}
