// --migrate-store: opens the two stores, moves everything, and marks an SQLite store that was moved away.
import { badParam } from '../core/errors.ts';
import { move, type Outcome } from './move.ts';
import { markMoved, ownStoreToMove } from './moved-store.ts';
import type { OpenStore } from './open-store.ts';
import { findSharedStore } from './shared-store-file.ts';
import { SharedStore } from './shared-store.ts';
import type { StateDirectory } from './state-directory.ts';

/**
 * Moves everything from the first named store to the second: one is this server's own store (`sqlite`), the other a
 * shared one (`postgres`, or its URL without a password).
 * @throws ApiError `bad_param` if the names are not such a pair, `store_unavailable`.
 */
export async function moveBetween(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
  from: string,
  to: string,
): Promise<Outcome> {
  const open = (store: string): OpenStore => {
    if (store === 'sqlite') return ownStoreToMove(directory, { isTarget: store === to });
    const named = findSharedStore(
      store === 'postgres' ? environment : { ...environment, WHMAPI1_STORE_URL: store },
      directory,
    );
    if (named === undefined) {
      throw badParam(
        '“postgres” is what WHMAPI1_STORE_URL or the file store.url names, and neither is there.',
      );
    }
    if (store !== 'postgres' && URL.canParse(store) && new URL(store).password !== '') {
      throw badParam(
        'A password on the command line can be read by others in the list of processes: leave it out of the URL, and ' +
          'give it in PGPASSWORD or ~/.pgpass, or name the database in store.url or WHMAPI1_STORE_URL, and here “postgres”.',
      );
    }
    return new SharedStore({ ...named, directory, livesLong: false, mayHaveOwn: true });
  };
  if ([from, to].filter((store) => store === 'sqlite').length !== 1) {
    throw badParam(
      'One of the two stores must be “sqlite”. The other must be “postgres” or the URL of its database.',
    );
  }
  const stores = [open(from), open(to)] as const;
  let outcome: Outcome;
  try {
    outcome = await move(...stores);
  } finally {
    for (const store of stores) store.close();
  }
  if (from === 'sqlite') markMoved(directory);
  return outcome;
}
