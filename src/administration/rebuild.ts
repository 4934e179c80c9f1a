// Implements --rebuild: what the store has and the machine lacks is created again, each part of each account by a call of
// its own. Reads for --backup what only the machine has.
import { createApplication, root, type Application } from '../app/app.ts';
import type { Db } from '../core/context.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { HOME, USER, type Looking, type Missing } from '../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../life/driver/account-parts.ts';
import * as accounts from '../capabilities/accounts/rules/accounts.ts';
import { listLeaving } from '../capabilities/accounts/rules/postponed.ts';
import { forgetLost, seal, type SealedCopy } from '../ground/rules/machine-copies.ts';
import { rolesOf } from '../ground/rules/roles/active-profile.ts';
import { findSealed } from '../ground/rules/two-factor/sealed-secrets.ts';

export type { Missing } from '../capabilities/accounts/driver/account-part.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is missing, and what could not be looked at. */
export interface Overview {
  readonly missing: readonly Missing[];
  /** What belongs to no account. */
  readonly ofRoot: readonly Missing[];
  readonly problems: readonly string[];
}

/** What became of one part of an account. */
export interface Outcome {
  /** Empty for what belongs to root. */
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
    const ofRoot =
      usernames.length === 0 ? await accountParts.missingOfRoot(looking) : { missing: [], problems: [] };
    return {
      // killdns has removed such a zone, or the role is newer than the account: who names the account decides it. With the
      // user, everything was lost.
      missing: missing.filter(
        ({ username, kind }) =>
          kind !== 'optional' ||
          usernames.length > 0 ||
          missing.some((one) => one.username === username && one.part === USER),
      ),
      ofRoot: ofRoot.missing,
      problems: [
        ...new Set([...problems, ...ofRoot.problems]),
        ...all
          .filter(({ uid }) => usernames.length > 0 && leaving.has(uid))
          .map(({ username }) => `“${username}” is being removed. “unsuspendacct” cancels the removal.`),
      ],
    };
  }

  /** Runs the calls. A part that fails does not stop the others, except the user itself. */
  async run(
    { missing, ofRoot }: Overview,
    isDryRun: boolean,
    show: (outcome: Outcome) => void,
  ): Promise<void> {
    for (const { part, what } of ofRoot) {
      const envelope = await this.#call({ part }, isDryRun);
      show({ username: '', part, what, ...outcomeOf(envelope) });
    }
    const rebuildable = missing.filter(({ kind }) => kind !== 'lost');
    for (const username of new Set(rebuildable.map((one) => one.username))) {
      for (const part of accountParts.rebuiltParts) {
        const ofPart = rebuildable.filter((one) => one.username === username && one.part === part);
        if (ofPart.length === 0) continue;
        // The user is created with its home.
        const isDone =
          part === HOME && rebuildable.some((one) => one.username === username && one.part === USER);
        if (isDone) continue;
        // The calls of a dry run would miss the user.
        const needsUser =
          isDryRun &&
          part !== USER &&
          rebuildable.some((one) => one.username === username && one.part === USER);
        const envelope = needsUser ? undefined : await this.#call({ user: username, part }, isDryRun);
        const outcome = { username, part, what: ofPart.map(({ what }) => what).join(', ') };
        const result = envelope === undefined ? { warnings: [] } : outcomeOf(envelope);
        show({ ...outcome, ...result });
        if ('problem' in result && part === USER) break;
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
    const { usernames, earlier } = await read(async (db) => ({
      usernames: (await accounts.listAll(db)).map(({ username }) => username),
      earlier: await findSealed(db),
    }));
    const { copies, problems } = await accountParts.copied(
      { machine, transaction: (_, work) => read(work) },
      usernames,
    );
    const sealed: SealedCopy[] = [];
    let first = earlier;
    for (const copy of copies) {
      const one = await seal(sealer, copy, first);
      first ??= one.sealed;
      sealed.push(one);
    }
    return { copies: sealed, problems };
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
