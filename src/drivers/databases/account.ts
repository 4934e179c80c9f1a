// What the databases and users of an account on a database server contribute to its changes.
import type { PlannedStep, StepKind } from '../../core/plan.ts';
import type { Account } from '../../model/accounts/accounts.ts';
import { prefixesOf, type DatabaseEngine } from '../../model/databases/names.ts';
import * as owners from '../../model/databases/owners.ts';
import type { AccountPart, PartDependencies } from '../account-part.ts';
import type { OwnedNames } from './owned-names.ts';

/** The steps of one kind of server. */
interface EngineSteps {
  readonly engine: DatabaseEngine;
  readonly role: string;
  readonly findOwned: (owned: OwnedNames) => PlannedStep;
  readonly setLogin: (input: { readonly owned: OwnedNames; readonly mayLogIn: boolean }) => PlannedStep;
  readonly dropAll: Pick<StepKind<OwnedNames>, 'plan' | 'prepare'>;
  /** Has a step work on the server that the account uses. Default: the server of this machine. */
  readonly onServerOf?: (
    db: PartDependencies['db'],
    username: string,
    step: PlannedStep,
  ) => Promise<PlannedStep>;
}

export function databasePart(steps: EngineSteps): AccountPart {
  const { engine, role, findOwned, setLogin, dropAll, onServerOf } = steps;
  const stepFor = async (
    { db, roles }: Pick<PartDependencies, 'db' | 'roles'>,
    { username }: Account,
    step: (owned: OwnedNames) => PlannedStep,
  ) => {
    if (!roles.has(role)) return [];
    const planned = step(await ownedNames(db, engine, username));
    return [onServerOf === undefined ? planned : await onServerOf(db, username, planned)];
  };
  return {
    // The new name has another prefix: what belongs to the account by the former prefix is stored as its own.
    released: (world, before, after) =>
      before.username === after.username ? [] : stepFor(world, before, findOwned),
    suspended: (world, account) => stepFor(world, account, (owned) => setLogin({ owned, mayLogIn: false })),
    unsuspended: (world, account) => stepFor(world, account, (owned) => setLogin({ owned, mayLogIn: true })),
    removed: (world, account) => stepFor(world, account, dropAll.plan),
    async assertRemovable({ machine, sealer, transaction }, { account, roles }) {
      const steps = await transaction('reads', (db) => stepFor({ db, roles }, account, dropAll.plan));
      for (const { input } of steps) await dropAll.prepare?.(machine, input as OwnedNames, sealer);
    },
  };
}

async function ownedNames(
  db: PartDependencies['db'],
  engine: DatabaseEngine,
  username: string,
): Promise<OwnedNames> {
  const of = async (kind: 'database' | 'user') => ({
    own: (await owners.listOf(db, { engine, kind }, username)).map(({ name }) => name),
    others: await owners.othersWithPrefixOf(db, { engine, kind }, username),
  });
  return {
    username,
    prefixes: prefixesOf(username),
    databases: await of('database'),
    users: await of('user'),
  };
}
