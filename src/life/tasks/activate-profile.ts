// Prepares this server for a profile, stores its roles as active, and then writes what belongs to accounts.
import { ApiError } from '../../core/errors.ts';
import { defineTask, type TaskContext } from '../../core/task.ts';
import * as accountParts from '../driver/account-parts.ts';
import { prepare, release, writeAccounts } from '../driver/roles/prepare.ts';
import { USER } from '../../capabilities/accounts/driver/account-part.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as secondaries from '../../capabilities/dns/rules/secondaries.ts';
import * as activeProfile from '../../ground/rules/roles/active-profile.ts';

interface Input {
  readonly code: string;
  /** The roles that are enabled. */
  readonly roles: readonly string[];
}

/** What accounts get from a role that is new. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  DNS: ['zones'],
  WebServer: ['web'],
  MySQL: ['mysql'],
  Postgres: ['postgresql'],
};

export default defineTask<Input>({
  description: 'Prepare this server for a profile.',
  whenInterrupted: 'retry',

  async run({ code, roles }, context) {
    const { machine, now, sealer, transaction, randomBytes, progress, log, logFile, signal } = context;
    const { withLocks, isRetry } = context;
    log(`The profile ${code} has the roles ${roles.join(', ')}.`);
    let changes = 0;
    const changed = (line: string) => {
      changes += 1;
      log(line);
    };
    // What is written is what the store says.
    const writing: typeof withLocks = (locks, write) => withLocks(locks, write, { passesLeft: true });
    const work = {
      ...{ machine, now, log, output: logFile, changed, sealer, isRetry },
      ...{ transaction, randomBytes, locking: { signal, withLocks: writing } },
    };
    await prepare(roles, work, (share, activity) => {
      signal.throwIfAborted();
      progress(Math.round(share * 100), activity);
    });
    const before = await transaction('reads', (db) => activeProfile.find({ db, system: machine.system }));
    await transaction('changes', async (db) => {
      await activeProfile.store(db, code, roles, now());
      if (!roles.includes('DNS') && (await secondaries.unregister(db))) {
        await secondaries.updateOthers(db, now());
      }
    });
    log(`The profile ${code} is active.`);
    progress(90, 'Writing the files of accounts');
    // For roles that were active before, somebody may have removed a zone on purpose.
    const had = before?.enabled.map(({ module }) => module) ?? [];
    const isNew = (role: string) => isRetry || !had.includes(role);
    const lacking = await rebuildAccounts(context, (part) =>
      roles.some((role) => isNew(role) && partsOf[role]?.includes(part)),
    );
    await writeAccounts(roles, work);
    await release(roles, work);
    await transaction('changes', activeProfile.storeForm);
    if (lacking.length > 0) {
      const names = lacking.map((name) => `“${name}”`).join(', ');
      const failure = `The profile is active, but these accounts lack what it gives them: ${names}. The log of the task says why.`;
      throw new ApiError('host_failed', failure);
    }
    if (changes === 0) log('Nothing on this server had to be changed.');
    return { code, roles: [...roles] };
  },
});

/** How many accounts are changed at the same time. They share reloads. */
const AT_ONCE = 16;

/**
 * Gives the accounts that existed before what they lack, with the same code as --rebuild. An account that does not get it
 * is reported, and does not keep the others from it. One without a user gets everything from --rebuild.
 * @returns the accounts that lack something, sorted.
 */
async function rebuildAccounts(
  { machine, transaction, callOwn, signal, log }: TaskContext,
  isWanted: (part: string) => boolean,
): Promise<readonly string[]> {
  const { all, roles } = await transaction('reads', async (db) => ({
    all: await accounts.listAll(db),
    roles: await activeProfile.rolesOf({ db, system: machine.system }),
  }));
  const { missing, problems } = await accountParts.missing({ machine, transaction, roles }, all);
  for (const problem of problems) log(problem);
  const userless = new Set(missing.filter(({ part }) => part === USER).map(({ username }) => username));
  for (const username of userless) {
    log(
      `The account “${username}” has no user on this server. Create what it lacks: whmapi1 --rebuild ${username}`,
    );
  }
  const wanted = missing.filter(
    ({ username, part, kind }) => isWanted(part) && kind !== 'lost' && !userless.has(username),
  );
  const keys = new Set(wanted.map(({ username, part }) => JSON.stringify({ user: username, part })));
  const failed = new Set<string>();
  const left = keys.values();
  const worker = async () => {
    for (const key of left) {
      signal.throwIfAborted();
      const args = JSON.parse(key) as Readonly<Record<string, string>>;
      const given = Object.entries(args).map(([name, value]) => ({ name, value }));
      const { metadata } = await callOwn({ command: '--rebuild', args: given });
      if (metadata.result === 1) continue;
      failed.add(args.user ?? '');
      log(
        `The account “${args.user}” lacks what the profile gives it (${args.part}): ${metadata.reason} ` +
          `Mend this, and then run: whmapi1 --rebuild ${args.user}`,
      );
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  const usernames = new Set(wanted.map(({ username }) => username));
  if (usernames.size > 0)
    log(`Accounts that got what they lacked: ${usernames.size - failed.size} of ${usernames.size}.`);
  return [...failed].sort();
}
