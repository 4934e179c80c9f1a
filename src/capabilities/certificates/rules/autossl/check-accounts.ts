// The accounts of a run, several at the same time: an order is mostly waiting for the issuer.
import type { Db } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import { AcmeError } from '../../../../core/machine-acme.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { Final, type TaskContext } from '../../../../core/task.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { namesOf, virtualHostsOf } from '../../../domains/rules/virtual-hosts.ts';
import * as featureOverrides from '../../../accounts/rules/features/overrides.ts';
import { checkHost, type HostCheck } from './check-host.ts';
import * as exclusions from './exclusions.ts';
import { Issuer, OrdersUsedUp } from './issuer.ts';
import { installedOf } from './needs.ts';
import * as notices from './notices.ts';
import type { FoundNotice } from './notices.ts';
import * as orders from './orders.ts';
import * as problems from './problems.ts';
import { refresh } from './renewal-info.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';
import type { CheckContext } from './check-context.ts';

const root = { user: 'root', privileges: 'all' } as const;
/** Issuers limit requests to about 20 a second for one address. */
const AT_ONCE = 6;
/** After so many failures of the issuer in a row, the run ends: it is down, or this server has reached a limit there. */
const MAX_FAILURES = 3;

export interface CheckRequest {
  /** Default: all accounts. */
  readonly username?: string | undefined;
  /** True if only certificates are ordered that are missing or due: no further names. */
  readonly onlyDue?: boolean;
  /** Chooses accounts once the issuer has said which certificates are due. Default: all. */
  readonly chooses?: (db: Db) => Promise<ReadonlySet<string>>;
  /** True if names that the issuer could not validate recently are tried again now. */
  readonly retriesAll: boolean;
}

/** @returns how many accounts were checked. @throws AcmeError, ApiError if virtual hosts are left. */
export async function checkAccounts(
  context: CheckContext,
  { progress }: TaskContext,
  request: CheckRequest,
): Promise<number> {
  const { transaction, now, log, startTime, signal } = context;
  const { username, chooses } = request;
  const issuer = await Issuer.open(context);
  await refresh(context, issuer, username);
  const { chosen, clobbers } = await transaction('changes', async (db) => {
    await runs.prune(db);
    const all = await accounts.list(db, root);
    const metadata = await settings.metadata(db);
    const usernames = await chooses?.(db);
    return {
      chosen: all.filter(
        (one) =>
          (username === undefined || one.username === username) && usernames?.has(one.username) !== false,
      ),
      clobbers: metadata.clobber_externally_signed === 1,
    };
  });
  if (username !== undefined && chosen.length === 0)
    log('warn', 0, `There is no account “${username}” any more.`);
  const run = new AccountsRun(context, { ...request, issuer, clobbers });
  let begun = 0;
  const work = async () => {
    for (let one = chosen[begun]; one !== undefined && !run.hasEnded; one = chosen[begun]) {
      signal.throwIfAborted();
      begun++;
      progress((100 * (begun - 1)) / chosen.length, `${begun} of ${chosen.length} accounts: ${one.username}`);
      await run.check(one);
    }
  };
  try {
    // All of them end before the run does, whatever happens to one.
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  } finally {
    await transaction('changes', (db) => notices.send(db, run.notices, { startTime, now: now() }));
  }
  run.assertDone();
  return chosen.length;
}

type Shared = CheckRequest & Pick<HostCheck, 'issuer' | 'clobbers'>;

class AccountsRun {
  readonly notices: FoundNotice[] = [];
  readonly #context: CheckContext;
  readonly #log: RunLog;
  readonly #shared: Shared;
  readonly #failures: string[] = [];
  /** How many virtual hosts were checked to the end. */
  #hosts = 0;
  /** Those of which no name could be validated. */
  readonly #unserved: string[] = [];
  #failuresInRow = 0;
  /** The failure that ends the run. */
  #end: Error | undefined;

  constructor(context: CheckContext, shared: Shared) {
    this.#context = context;
    this.#shared = shared;
    this.#log = new RunLog(context.log);
  }

  /** True if no other virtual host is to be begun. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  async check(account: Account): Promise<void> {
    const { transaction, log } = this.#context;
    const { username: only, clobbers, issuer, retriesAll, onlyDue = false } = this.#shared;
    const { username } = account;
    const hosts = await hostsOf(this.#context, account);
    if (typeof hosts === 'string') {
      if (only !== undefined) log('out', 0, `${username}: ${hosts}`);
      return;
    }
    // The log of many accounts has only those with something to do.
    const heading = `${username}: ${hosts.length} virtual host${hosts.length === 1 ? '' : 's'}.`;
    const own = { ...this.#context, log: this.#log.of(username, heading) };
    const installed = await transaction('reads', (db) => installedOf(db, account));
    for (const { wanted, ...host } of hosts) {
      if (this.hasEnded) return;
      this.#context.signal.throwIfAborted();
      if (wanted.length === 0) {
        if (only !== undefined) own.log('out', 1, `${host.servername}: all of its names are excluded.`);
        continue;
      }
      await this.#checkHost(own, {
        ...{ account, host, wanted, clobbers, issuer, retriesAll, onlyDue, notices: this.notices },
        present: installed.get(host.servername),
        isVerbose: only !== undefined,
      });
    }
  }

  async #checkHost(context: CheckContext, check: HostCheck): Promise<void> {
    const { issuer } = check;
    const { account } = issuer;
    try {
      const isServed = await checkHost(context, check).catch(async (error: unknown) => {
        if (!(error instanceof AcmeError) || error.type !== 'accountDoesNotExist') throw error;
        context.log('warn', 2, 'The issuer no longer knows this server’s account. It is registered again.');
        await issuer.renew(account);
        return checkHost(context, check);
      });
      this.#failuresInRow = 0;
      this.#hosts += 1;
      if (!isServed) this.#unserved.push(check.host.servername);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof MachineError)) {
        if (error instanceof Error) this.#end ??= error;
        throw error;
      }
      context.log('failure', 2, error.message);
      this.#failures.push(`${check.host.servername}: ${error.message}`);
      await this.#judge(error, issuer);
    }
  }

  /** Ends the run if the issuer cannot be asked at present. */
  async #judge(error: Error, issuer: Issuer): Promise<void> {
    if (error instanceof OrdersUsedUp) this.#end ??= error;
    if (!(error instanceof AcmeError)) return;
    this.#failuresInRow++;
    const { retryAfterMs, type } = error;
    // One limit is only for the names of one order. Several in a row are of this server’s account.
    const isOfNames = type === 'rateLimited' && this.#failuresInRow < MAX_FAILURES;
    const isBusy = retryAfterMs !== undefined && !isOfNames;
    if (isBusy) await issuer.leaveAlone(retryAfterMs);
    if (isBusy || this.#failuresInRow >= MAX_FAILURES) this.#end ??= error;
  }

  /** @throws the failure that has ended the run; ApiError if there were others, or if no name could be validated at all. */
  assertDone(): void {
    if (this.#end !== undefined) throw this.#end;
    if (this.#failures.length === 0) {
      if (this.#hosts === 0 || this.#unserved.length < this.#hosts) return;
      throw new Final(
        'host_failed',
        `No certificate was issued, because none of the names could be validated: ${named(this.#unserved)}. The log ` +
          'says why for each name.',
      );
    }
    const [first = ''] = this.#failures;
    const others = this.#failures.length - 1;
    const more = others === 0 ? '' : ` ${others} other virtual hosts are left too.`;
    throw new ApiError('host_failed', `${first}${more}`);
  }
}

const MOST_NAMED = 5;

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * The virtual hosts of an account with the names that their certificates should have, or why the account is left out.
 * Forgets what is stored of names that it no longer has.
 */
async function hostsOf({ transaction }: CheckContext, account: Account) {
  const found = await transaction('reads', async (db) => {
    if (account.suspendedAt !== null) return 'The account is suspended.';
    if (!(await featureOverrides.has(db, account, 'autossl'))) {
      return 'The account does not have the feature “autossl”.';
    }
    const { username } = account;
    const hosts = await virtualHostsOf(db, account);
    const servernames = new Set(hosts.map(({ servername }) => servername));
    const names = new Set(hosts.flatMap(namesOf));
    const excluded = await exclusions.list(db, username);
    return {
      hosts: hosts.map((host) => ({
        ...host,
        wanted: namesOf(host).filter((name) => !excluded.includes(name)),
      })),
      oldExclusions: excluded.filter((name) => !names.has(name)),
      oldOrders: (await orders.ofUser(db, username)).filter(({ servername }) => !servernames.has(servername)),
      oldProblems: (await problems.ofUser(db, username))
        .map(({ domain }) => domain)
        .filter((domain) => !names.has(domain)),
    };
  });
  if (typeof found === 'string') return found;
  const { hosts, oldOrders, oldProblems, oldExclusions } = found;
  if (oldOrders.length + oldProblems.length + oldExclusions.length > 0) {
    await transaction('changes', async (db) => {
      for (const order of oldOrders) await orders.remove(db, order);
      await problems.remove(db, oldProblems);
      await exclusions.remove(db, account.username, oldExclusions);
    });
  }
  return hosts;
}

// One log of accounts that are checked at the same time: whenever another account writes, a line says whose lines follow.
type Log = CheckContext['log'];

class RunLog {
  readonly #write: Log;
  #last: string | undefined;

  constructor(write: Log) {
    this.#write = write;
  }

  /** The log of an account. It begins with a heading, before its first line. */
  of(username: string, heading: string): Log {
    let isBegun = false;
    let host = '';
    return (type, indent, text) => {
      if (!isBegun) this.#write('out', 0, heading);
      else if (this.#last !== username) this.#write('out', 0, `${username}, continued${host}:`);
      isBegun = true;
      this.#last = username;
      // The lines of a virtual host begin with its name.
      if (indent === 1) host = ` (${text.split(':', 1).join('')})`;
      this.#write(type, indent, text);
    };
  }
}
