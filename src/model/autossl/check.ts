// A run of the check: all accounts of this server, or one of them.
import { ApiError } from '../../core/errors.ts';
import { AcmeError, type AcmeAccount } from '../../core/machine-acme.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import * as accounts from '../accounts/accounts.ts';
import type { Account } from '../accounts/accounts.ts';
import { publicAddresses } from '../addresses/nat.ts';
import { virtualHostsOf } from '../domains/virtual-hosts.ts';
import * as featureOverrides from '../features/overrides.ts';
import { checkHost } from './check-host.ts';
import * as exclusions from './exclusions.ts';
import { installedOf } from './needs.ts';
import * as notices from './notices.ts';
import type { FoundNotice } from './notices.ts';
import * as orders from './orders.ts';
import * as problems from './problems.ts';
import * as registrations from './registrations.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';
import type { CheckWorld } from './world.ts';

const root = { user: 'root', privileges: 'all' } as const;
/** After so many failures of the issuer in a row, the run ends: it is down, or this server has reached a limit there. */
const MAX_FAILURES = 3;

export interface CheckRequest {
  /** Default: all accounts. */
  readonly username?: string | undefined;
  /** Whether names that the issuer could not validate recently are tried again now. */
  readonly retriesAll: boolean;
}

type World = TaskContext & Pick<CheckWorld, 'challenges' | 'pause'>;

export interface CheckResult {
  /** How many accounts were checked. */
  readonly accounts: number;
  /** How many virtual hosts are left for the next run. */
  readonly left: number;
}

/** @throws AcmeError, ApiError if virtual hosts are left, so that the task is retried. */
export async function check(
  context: World,
  { username, retriesAll }: CheckRequest,
): Promise<CheckResult | undefined> {
  const { transaction, now, log: write, id, machine } = context;
  const provider = await transaction('reads', settings.provider);
  if (provider === undefined) {
    write('AutoSSL is disabled.');
    return undefined;
  }
  const run = { task: id, username: username ?? runs.ALL_USERS, provider };
  const startTime = await transaction('changes', (db) => runs.begin(db, run, now()));
  const log: CheckWorld['log'] = (type, indent, text) => write(runs.formatLine(type, indent, text));
  try {
    const ownAddresses = await findOwnAddresses(context);
    const { randomBytes, sealer, call, signal, challenges, pause } = context;
    const world: CheckWorld = {
      ...{ id, machine, sealer, now, transaction, call, signal, randomBytes, challenges, pause },
      ...{ startTime, ownAddresses, log },
    };
    return await checkAll(world, context, { username, retriesAll });
  } catch (error) {
    if (error instanceof ApiError || error instanceof MachineError) log('failure', 0, error.message);
    throw error;
  } finally {
    await transaction('changes', (db) => runs.end(db, startTime, now()));
  }
}

async function checkAll(
  world: CheckWorld,
  { progress }: Pick<TaskContext, 'progress'>,
  { username, retriesAll }: CheckRequest,
): Promise<CheckResult> {
  const { transaction, now, log, startTime, machine, signal } = world;
  const acme = await machine.acme();
  const withClient = async (account: AcmeAccount) => ({ account, client: await acme.client(account) });
  let issuer = await withClient(await registrations.current(world));
  const { chosen, clobbers } = await transaction('changes', async (db) => {
    await runs.prune(db);
    const all = await accounts.list(db, root);
    const metadata = await settings.metadata(db);
    return {
      chosen: username === undefined ? all : all.filter((one) => one.username === username),
      clobbers: metadata.clobber_externally_signed === 1,
    };
  });
  if (username !== undefined && chosen.length === 0)
    log('warn', 0, `There is no account “${username}” any more.`);
  const found: FoundNotice[] = [];
  const failures: string[] = [];
  let inRow = 0;
  try {
    for (const [at, one] of chosen.entries()) {
      signal.throwIfAborted();
      progress((100 * at) / chosen.length, `${at + 1} of ${chosen.length} accounts: ${one.username}`);
      const hosts = await hostsOf(world, one);
      if (typeof hosts === 'string') {
        if (username !== undefined) log('out', 0, `${one.username}: ${hosts}`);
        continue;
      }
      // The log of many accounts has only those with something to do.
      const own = { ...world, log: withHeading(log, `${one.username}: ${hosts.length} virtual hosts.`) };
      const installed = await transaction('reads', (db) => installedOf(db, one));
      for (const host of hosts) {
        const { servername } = host;
        const wanted = host.wanted;
        if (wanted.length === 0) {
          if (username !== undefined) own.log('out', 1, `${servername}: all of its names are excluded.`);
          continue;
        }
        const present = installed.get(servername);
        const checkOnce = () =>
          checkHost(own, {
            ...{ account: one, host, wanted, present, clobbers, retriesAll, issuer, notices: found },
            isVerbose: username !== undefined,
          });
        try {
          await checkOnce().catch(async (error: unknown) => {
            if (!(error instanceof AcmeError) || error.type !== 'accountDoesNotExist') throw error;
            own.log('warn', 2, 'The issuer no longer knows this server’s account. It is registered again.');
            issuer = await withClient(await registrations.renew(world, issuer.account));
            return checkOnce();
          });
          inRow = 0;
        } catch (error) {
          if (!(error instanceof ApiError || error instanceof MachineError)) throw error;
          own.log('failure', 2, error.message);
          failures.push(`${servername}: ${error.message}`);
          inRow += error instanceof AcmeError ? 1 : 0;
          if (inRow === MAX_FAILURES) throw error;
        }
      }
    }
  } finally {
    await transaction('changes', (db) => notices.send(db, found, { startTime, now: now() }));
  }
  if (failures.length > 0) {
    const [first = ''] = failures;
    const others = failures.length - 1;
    const more = others === 0 ? '' : ` ${others} other virtual hosts are left too.`;
    throw new ApiError('host_failed', `${first}${more}`);
  }
  return { accounts: chosen.length, left: 0 };
}

/** A log that begins with a line before its first one. */
function withHeading(log: CheckWorld['log'], heading: string): CheckWorld['log'] {
  let isBegun = false;
  return (type, indent, text) => {
    if (!isBegun) log('out', 0, heading);
    isBegun = true;
    log(type, indent, text);
  };
}

/**
 * The virtual hosts of an account with the names that their certificates should have, or why the account is left out.
 * Forgets what is stored of names that it no longer has.
 */
async function hostsOf({ transaction }: CheckWorld, account: Account) {
  const found = await transaction('reads', async (db) => {
    if (account.suspendedAt !== null) return 'The account is suspended.';
    if (!(await featureOverrides.has(db, account, 'autossl'))) {
      return 'The account does not have the feature “autossl”.';
    }
    const { username } = account;
    const hosts = await virtualHostsOf(db, account);
    const servernames = new Set(hosts.map(({ servername }) => servername));
    const names = new Set(hosts.flatMap(({ servername, aliases }) => [servername, ...aliases]));
    const excluded = await exclusions.list(db, username);
    return {
      hosts: hosts.map((host) => ({
        ...host,
        wanted: [host.servername, ...host.aliases].filter((name) => !excluded.includes(name)),
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

/** This server’s addresses, each with the local address that reaches it. */
async function findOwnAddresses({
  machine,
  transaction,
}: Pick<TaskContext, 'machine' | 'transaction'>): Promise<ReadonlyMap<string, string>> {
  const own = (await (await machine.addresses()).list()).filter(({ scope }) => scope !== 'host');
  const nat = await transaction('reads', publicAddresses);
  return new Map(
    own.flatMap(({ address }) => {
      const outside = nat.get(address);
      return [[address, address] as const, ...(outside === undefined ? [] : [[outside, address] as const])];
    }),
  );
}
