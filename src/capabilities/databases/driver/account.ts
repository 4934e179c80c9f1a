// What the databases and users of an account on a database server contribute to its changes.
import type { PlannedStep, StepKind } from '../../../core/plan.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { prefixesOf, type DatabaseEngine } from '../rules/names.ts';
import * as owners from '../rules/owners.ts';
import * as copies from '../../../ground/rules/machine-copies.ts';
import type {
  AccountPart,
  Copying,
  Looking,
  Missing,
  PartDependencies,
  PartWork,
} from '../../accounts/driver/account-part.ts';
import type { OwnedNames } from './owned-names.ts';

declare module '../../accounts/driver/account-part.ts' {
  interface FoundToRebuild {
    /** The names that the server of an engine has. */
    readonly databases?: Names;
  }
}

interface Names {
  readonly users: ReadonlySet<string>;
  readonly databases: ReadonlySet<string>;
}

/** The steps of one kind of server. */
interface EngineSteps {
  readonly engine: DatabaseEngine;
  readonly role: string;
  readonly findOwned: (owned: OwnedNames) => PlannedStep;
  readonly setLogin: (input: { readonly owned: OwnedNames; readonly mayLogIn: boolean }) => PlannedStep;
  readonly dropAll: Pick<StepKind<OwnedNames>, 'plan' | 'prepare'>;
  /** The role of a machine that has the server itself. */
  readonly localRole: string;
  /** The server's name for people. */
  readonly server: string;
  /** The names that the server of this machine has. */
  readonly namesOf: (machine: Looking['machine']) => Promise<Names>;
  /** The copies of users on this machine, which are given by account. */
  readonly copiedUsers: (
    looking: Copying,
    users: ReadonlyMap<string, readonly string[]>,
  ) => Promise<readonly copies.Copy[]>;
  /** Creates users again as the backup has them. `databases`: those that exist. */
  readonly recreate: (context: PartDependencies, account: Account, names: Names) => Promise<PartWork>;
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
    released: (context, before, after) =>
      before.username === after.username ? [] : stepFor(context, before, findOwned),
    suspended: (context, account) =>
      stepFor(context, account, (owned) => setLogin({ owned, mayLogIn: false })),
    unsuspended: (context, account) =>
      stepFor(context, account, (owned) => setLogin({ owned, mayLogIn: true })),
    removed: (context, account) => stepFor(context, account, dropAll.plan),
    async assertRemovable({ machine, sealer, transaction }, { account, roles }) {
      const steps = await transaction('reads', (db) => stepFor({ db, roles }, account, dropAll.plan));
      for (const { input } of steps) await dropAll.prepare?.(machine, input as OwnedNames, sealer);
    },
    ...rebuilding(steps),
  };
}

/** What the server of this machine lacks. Those of other machines are not restored with this one. */
function rebuilding(
  steps: EngineSteps,
): Pick<AccountPart, 'copied' | 'rebuilds' | 'missing' | 'lookToRebuild' | 'rebuilt'> {
  const { engine, localRole, server, namesOf, recreate } = steps;
  return {
    rebuilds: [engine],

    async copied(looking, usernames) {
      const users = new Map<string, string[]>();
      for (const { name, owner } of await looking.transaction('reads', (db) =>
        localOf(db, { engine, kind: 'user' }),
      )) {
        if (usernames.has(owner)) users.set(owner, [...(users.get(owner) ?? []), name]);
      }
      return users.size === 0 ? [] : steps.copiedUsers(looking, users);
    },

    async missing({ machine, transaction, roles }, accounts) {
      if (!roles.has(localRole)) return [];
      const present = await namesOf(machine);
      const names = new Set(accounts.map(({ username }) => username));
      return transaction('reads', async (db) => {
        const saved = new Set((await copies.list(db, engine)).map(({ name }) => name));
        const lost: Missing[] = [];
        for (const { name, owner } of await localOf(db, { engine, kind: 'user' })) {
          if (present.users.has(name) || !names.has(owner)) continue;
          const what = `the ${server} user “${name}”`;
          lost.push({
            ...{ username: owner, part: engine },
            ...(saved.has(owner)
              ? { what: `${what}, with its password and privileges of the backup` }
              : { what: `${what}, whose password is in no backup`, kind: 'lost' }),
          });
        }
        for (const { name, owner } of await localOf(db, { engine, kind: 'database' })) {
          if (present.databases.has(name) || !names.has(owner)) continue;
          const what = `the ${server} database “${name}”, whose content a backup of the store does not have`;
          lost.push({ username: owner, part: engine, what, kind: 'lost' });
        }
        return lost;
      });
    },

    lookToRebuild: async ({ machine, roles }, part) =>
      part === engine && roles.has(localRole) ? { databases: await namesOf(machine) } : {},

    async rebuilt(context, account, part) {
      const found = context.found.toRebuild?.databases;
      if (part !== engine || found === undefined) return [];
      const { username } = account;
      const own = (await localOf(context.db, { engine, kind: 'user' }))
        .filter((one) => one.owner === username && !found.users.has(one.name))
        .map(({ name }) => name);
      const saved = new Set((await copies.read(context, engine, username))?.users.map(({ name }) => name));
      const without = own.filter((name) => !saved.has(name)).map((name) => `“${name}”`);
      if (without.length > 0)
        context.warn(
          `${server} users were not created, because the backup has no passwords of them: ${without.join(', ')}. Create them again as the account.`,
        );
      return recreate(context, account, { users: new Set(own), databases: found.databases });
    },
  };
}

/** What the store says is on the server of this machine. */
async function localOf(db: PartDependencies['db'], of: owners.Kind) {
  return (await owners.listAll(db, of)).filter(({ profile }) => profile === owners.LOCAL_PROFILE);
}

/** What the store says is an account’s, on whatever server it is. */
export async function ownedNames(
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
