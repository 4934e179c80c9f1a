// Builds the dependencies of logins and sessions from the engine.
import type { Application } from '../app.ts';
import type { LoginDependencies } from '../model/logins/logins.ts';
import { sourceOfAddress } from './addresses.ts';
import { FairQueue } from './fair-queue.ts';
import { limits } from './limits.ts';

interface PasswordQueues {
  /** One attempt per address at a time. */
  readonly attempts: FairQueue;
  readonly checks: FairQueue;
}

/** Per process, which may have two servers: HTTPS and plain HTTP. */
const queuesOf = new WeakMap<Application, PasswordQueues>();

function passwordQueues(application: Application): PasswordQueues {
  let queues = queuesOf.get(application);
  if (queues === undefined) {
    queues = {
      attempts: new FairQueue({ perKey: 1, total: Infinity }),
      checks: new FairQueue({ perKey: 1, total: limits.passwordChecks }),
    };
    queuesOf.set(application, queues);
  }
  return queues;
}

export function loginWorldOf(application: Application): LoginDependencies {
  const { engine } = application;
  const { attempts, checks } = passwordQueues(application);
  const { store, machine, sealer, now, sleep, randomBytes, sha256 } = engine;
  return {
    transaction: (work) =>
      store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
    machine,
    sealer,
    now,
    sleep,
    randomBytes,
    sha256,
    inTurn: (address, work) => attempts.run(sourceOfAddress(address), work),
    checking: (address, check) => checks.run(sourceOfAddress(address), check),
    report: (problem) => {
      engine.logUnexpected(engine.newXid(), 'login', new Error(problem));
    },
  };
}
