// Implements --rebuild: what the store has and the machine lacks is created again, each part of each account by a call of
// its own. Reads for --backup what only the machine has.
import { createApplication, root, type Application } from '../app/app.ts';
import { lookForZonesOfRoot } from '../life/plans/rebuild-account.ts';
import type { Db } from '../core/context.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { rebuiltParts, type Looking, type Missing } from '../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../life/driver/account-parts.ts';
import { listZones, readCopies } from '../life/driver/machine-copies/look-machine-copies.ts';
import * as accounts from '../capabilities/accounts/rules/accounts.ts';
import { listLeaving } from '../capabilities/accounts/rules/postponed.ts';
import type { DatabaseEngine } from '../capabilities/databases/rules/names.ts';
import * as databaseOwners from '../capabilities/databases/rules/owners.ts';
import * as zoneOwners from '../capabilities/dns/rules/zone-owners.ts';
import { forgetLost, seal, type SealedCopy } from '../ground/rules/machine-copies.ts';
import { rolesOf } from '../ground/rules/roles/active-profile.ts';
import { findSealed } from '../ground/rules/two-factor/sealed-secrets.ts';

export type { Missing } from '../capabilities/accounts/driver/account-part.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is missing, and what could not be looked at. */
export interface Overview {
  readonly missing: readonly Missing[];
  readonly zonesOfRoot: readonly string[];
  readonly problems: readonly string[];
}

/** What became of one part of an account. */
export interface Outcome {
  /** Empty for the zones of root. */
  readonly username: string;
  readonly part: Missing['part'];
  readonly what: string;
  /** Why it could not be created again. Undefined: it was. */
  readonly problem?: string;
  readonly warnings: readonly string[];
}

export class Rebuilding {
  readonly #application: Application;

  /** @throws ApiError `store_insecure`, `store_unavailable`. */
  constructor(environment: Environment) {
    this.#application = createApplication(environment);
  }

  /** @param usernames default: all accounts. @throws ApiError `not_found`. */
  async look(usernames: readonly string[]): Promise<Overview> {
    const { engine } = this.#application;
    const { system } = engine.machine;
    const { all, leaving, roles } = await this.#read(async (db) => ({
      all:
        usernames.length === 0
          ? await accounts.listAll(db)
          : await Promise.all(usernames.map((username) => accounts.get(db, root, username))),
      leaving: await listLeaving(db),
      roles: await rolesOf({ db, system }),
    }));
    const looking: Looking = { machine: engine.machine, roles, transaction: (_, work) => this.#read(work) };
    const { missing, problems } = await accountParts.missing(looking, all);
    const zonesOfRoot =
      usernames.length === 0
        ? await lookForZonesOfRoot({ ...engine, transaction: looking.transaction, system })
        : [];
    return {
      // killdns has removed such a zone, or the role is newer than the account: who names the account decides it. With the
      // user, everything was lost.
      missing: missing.filter(
        ({ username, kind }) =>
          kind !== 'optional' ||
          usernames.length > 0 ||
          missing.some((one) => one.username === username && one.part === 'user'),
      ),
      zonesOfRoot,
      problems: [
        ...problems,
        ...all
          .filter(({ uid }) => usernames.length > 0 && leaving.has(uid))
          .map(({ username }) => `“${username}” is being removed. “unsuspendacct” cancels the removal.`),
      ],
    };
  }

  /** Runs the calls. A part that fails does not stop the others, except the user itself. */
  async run(
    { missing, zonesOfRoot }: Overview,
    isDryRun: boolean,
    show: (outcome: Outcome) => void,
  ): Promise<void> {
    if (zonesOfRoot.length > 0) {
      const what = `the DNS zones of root: ${zonesOfRoot.join(', ')}`;
      const envelope = await this.#call({ part: 'zones' }, isDryRun);
      show({ username: '', part: 'zones', what, ...outcomeOf(envelope) });
    }
    const rebuildable = missing.filter(({ kind }) => kind !== 'lost');
    for (const username of new Set(rebuildable.map((one) => one.username))) {
      for (const part of rebuiltParts) {
        const ofPart = rebuildable.filter((one) => one.username === username && one.part === part);
        if (ofPart.length === 0) continue;
        // The user is created with its home.
        const isDone =
          part === 'home' && rebuildable.some((one) => one.username === username && one.part === 'user');
        if (isDone) continue;
        // The calls of a dry run would miss the user.
        const needsUser =
          isDryRun &&
          part !== 'user' &&
          rebuildable.some((one) => one.username === username && one.part === 'user');
        const envelope = needsUser ? undefined : await this.#call({ user: username, part }, isDryRun);
        const outcome = { username, part, what: ofPart.map(({ what }) => what).join(', ') };
        const result = envelope === undefined ? { warnings: [] } : outcomeOf(envelope);
        show({ ...outcome, ...result });
        if ('problem' in result && part === 'user') break;
      }
    }
  }

  /** Removes the copies of a backup that cannot be decrypted. @returns their number. */
  forgetLost(): Promise<number> {
    const { store, sealer } = this.#application.engine;
    return store.transaction('changes', async (db) => ({
      value: await forgetLost({ db, sealer }),
      keep: true,
    }));
  }

  close(): void {
    this.#application.close();
  }

  #call(args: Readonly<Record<string, string>>, dryRun: boolean): Promise<Envelope> {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    const { engine } = this.#application;
    return dispatch({ command: '--rebuild', args: given, dryRun }, root, { ...engine, find: engine.findOwn });
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#application.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }
}

function outcomeOf({ metadata }: Envelope): Pick<Outcome, 'problem' | 'warnings'> {
  const warnings = metadata.output?.warnings ?? [];
  return metadata.result === 1 ? { warnings } : { problem: metadata.reason, warnings };
}

/**
 * What only the machine has, for a backup.
 * @throws ApiError `key_lost`, `store_insecure`, `store_unavailable`.
 */
export async function copiesOfMachine(
  environment: Environment,
): Promise<{ readonly copies: readonly SealedCopy[]; readonly problems: readonly string[] }> {
  const application = createApplication(environment);
  const { store, machine, sealer } = application.engine;
  const read = <T>(work: (db: Db) => Promise<T>) =>
    store.transaction('reads', async (db) => ({ value: await work(db), keep: false }));
  try {
    const { zones, problems: zoneProblems } = await listZones(machine);
    const { wanted, earlier } = await read(async (db) => {
      const usernames = (await accounts.listAll(db)).map(({ username }) => username);
      const own = new Set(usernames);
      const owners = new Map<string, string>();
      for (const zone of zones) {
        const username = (await zoneOwners.ownerOf(db, zone))?.username;
        owners.set(zone, username !== undefined && own.has(username) ? username : '');
      }
      const usersOf = async (engine: DatabaseEngine) => {
        const users = new Map<string, string[]>();
        for (const { name, owner, profile } of await databaseOwners.listAll(db, { engine, kind: 'user' })) {
          if (profile !== databaseOwners.LOCAL_PROFILE || !own.has(owner)) continue;
          users.set(owner, [...(users.get(owner) ?? []), name]);
        }
        return users;
      };
      return {
        wanted: {
          ...{ usernames, zoneOwners: owners },
          mysql: await usersOf('mysql'),
          postgresql: await usersOf('postgresql'),
        },
        earlier: await findSealed(db),
      };
    });
    const { copies, problems } = await readCopies(machine, wanted);
    const sealed: SealedCopy[] = [];
    let first = earlier;
    for (const copy of copies) {
      const one = await seal(sealer, copy, first);
      first ??= one.sealed;
      sealed.push(one);
    }
    return { copies: sealed, problems: [...zoneProblems, ...problems] };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'key_lost')
      return {
        copies: [],
        problems: [`Passwords, crontabs and zones cannot be encrypted. ${error.message}`],
      };
    throw error;
  } finally {
    application.close();
  }
}
