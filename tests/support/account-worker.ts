// The process that makes one call and is killed at a moment of it (tests/process/account-worker.ts), for many calls.
import { join } from 'node:path';
import { builtScript } from './built-script.ts';

/** Must be called at the top level of a file. */
export function accountWorker(): { readonly path: string } {
  return builtScript('tests/process/account-worker.ts', (folder) => [
    ...[join(folder, 'state'), 'never', 'createacct'],
    JSON.stringify({ username: 'bob', domain: 'bob.example' }),
  ]);
}
