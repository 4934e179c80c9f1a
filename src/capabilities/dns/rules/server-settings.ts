// The stored settings of this server’s nameserver, as the code that configures it reads and writes them.
import type { TaskContext } from '../../../core/task.ts';
import * as secondaries from './secondaries.ts';

interface ServerSettings {
  register(place: secondaries.Place): Promise<void>;
  options(): Promise<secondaries.Options>;
}

export function serverSettings({
  transaction,
  sealer,
  randomBytes,
  now,
}: Pick<TaskContext, 'transaction' | 'sealer' | 'randomBytes' | 'now'>): ServerSettings {
  return {
    register: (place) =>
      transaction('changes', async (db) => {
        if (await secondaries.register({ db, sealer, randomBytes }, place)) {
          await secondaries.updateOthers(db, now());
        }
      }),
    options: () => transaction('reads', (db) => secondaries.readOptions(db, sealer)),
  };
}
