// Builds the dependencies of logins and sessions from the engine.
import type { Socket } from 'node:net';
import type { Application } from '../app/app.ts';
import type { LoginDependencies } from '../capabilities/logins/rules/logins.ts';
import { sourceOfAddress } from './addresses.ts';
import { whileConnected } from './client-gone.ts';
import { FairQueue } from './fair-queue.ts';
import { knownSourcesOf } from './known-sources.ts';
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
      checks: new FairQueue({
        ...{ perKey: 1, total: limits.passwordChecks },
        isFirst: (source) => knownSourcesOf(application).has(source),
      }),
    };
    queuesOf.set(application, queues);
  }
  return queues;
}

/** @param client if it disconnects, its attempts that wait for a password check are given up */
export function loginDependenciesOf(application: Application, client?: Socket): LoginDependencies {
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
    inTurn: (address, work) => inQueue(attempts, address, work, client),
    checking: (address, check) => inQueue(checks, address, check, client),
    report: (problem) => {
      engine.logUnexpected(engine.newXid(), 'login', new Error(problem));
    },
  };
}

function inQueue<T>(
  queue: FairQueue,
  address: string,
  work: () => Promise<T>,
  client: Socket | undefined,
): Promise<T> {
  const source = sourceOfAddress(address);
  if (client === undefined) return queue.run(source, work);
  return whileConnected(client, (signal) => queue.run(source, work, signal));
}
