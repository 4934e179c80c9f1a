// The files that are installed beside the program: manual pages and completion scripts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A file's path, by its path from the top of the package; undefined where it is not installed. */
export function installedFile(path: string): string | undefined {
  // The program runs from dist/, in tests from src/cli/.
  return [join(__dirname, '..', path), join(__dirname, '../..', path)].find((one) => existsSync(one));
}
