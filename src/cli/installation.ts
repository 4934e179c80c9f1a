// The files that are installed with the program: manual pages and completion scripts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Returns a file's path from its path inside the package. Undefined if the file is not installed. */
export function installedFile(path: string): string | undefined {
  // The program runs from dist/. In tests, it runs from src/cli/.
  return [join(__dirname, '..', path), join(__dirname, '../..', path)].find((one) => existsSync(one));
}
