// Activates a profile of a MariaDB server: accounts without databases get theirs there from now on.
import { defineTask } from '../../../core/task.ts';
import { assertNone } from '../../../ground/driver/each-account.ts';
import { validate } from '../driver/mysql-profiles/look-mysql-profiles.ts';
import { record } from '../driver/mysql-profiles/record.ts';
import * as activations from '../rules/activations.ts';
import { recordsOf } from '../rules/adopt.ts';
import { LOCAL_PROFILE } from '../rules/owners.ts';
import * as profiles from '../rules/profiles.ts';

interface Input {
  /** The name of the profile. */
  readonly name: string;
}

export default defineTask<Input>({
  description: 'Activate a profile of a MariaDB server.',
  whenInterrupted: 'retry',

  async run({ name }, { id, machine, sealer, now, transaction, progress, log, signal, withLocks }) {
    await transaction('changes', (db) => activations.begin(db, id));
    let position = 0;
    const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
      signal.throwIfAborted();
      progress(position * 30, `${title}.`);
      log(`${title}.`);
      const at = { task: id, position: position++ };
      const begun = { name: title, status: 'INPROGRESS' as const, startedAt: now(), endedAt: null };
      const note = (ended: Partial<activations.ActivationStep>) =>
        transaction('changes', (db) => activations.note(db, at, { ...begun, ...ended }));
      await note({});
      try {
        const result = await work();
        await note({ status: 'DONE', endedAt: now() });
        return result;
      } catch (error) {
        await note({ status: 'FAILED', endedAt: now() });
        throw error;
      }
    };
    const placeOf = async (profile: string) =>
      profile === LOCAL_PROFILE
        ? undefined
        : transaction('reads', (db) => profiles.get({ db, sealer }, profile));
    const facts = await step('Log in to the server, and check its version and privileges', async () =>
      validate({ machine, now }, await placeOf(name)),
    );
    log(`The server has MariaDB ${facts.version}, and sees this one as ${facts.client}.`);
    const former = await transaction('reads', (db) => profiles.activeName(db));
    if (former !== name) {
      await step('Record which databases the present server has', async () => {
        const counts = await record(machine, await placeOf(former), {
          locking: { signal, withLocks },
          records: recordsOf({ transaction, now }, former),
        });
        assertNone(counts.failures);
        log(`Recorded: ${counts.databases} databases and ${counts.users} users that were created by hand.`);
      });
    }
    await step('Direct accounts without databases to the server', () =>
      transaction('changes', async (db) => {
        await profiles.setFacts(db, name, facts);
        await profiles.activate(db, name, now());
      }),
    );
    return { name };
  },
});
