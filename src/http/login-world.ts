// What logins and sessions work with, made of the engine.
import type { Application } from '../app.ts';
import type { LoginWorld } from '../model/logins.ts';

export function loginWorldOf({ engine }: Application): LoginWorld {
  const { store, host, sealer, now, sleep, randomBytes, sha256 } = engine;
  return {
    transaction: (work) =>
      store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
    host,
    sealer,
    now,
    sleep,
    randomBytes,
    sha256,
    report: (problem) => {
      engine.logUnexpected(engine.newXid(), 'login', new Error(problem));
    },
  };
}
