// A run of the check: all accounts of this server, or one of them.
import { ApiError } from '../../../../core/errors.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { TaskContext } from '../../../../core/task.ts';
import { publicAddresses } from '../../../addresses/rules/nat.ts';
import { CaaLookups } from './caa.ts';
import { checkAccounts, type CheckRequest } from './check-accounts.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';
import type { CheckContext } from './check-context.ts';

export interface CheckResult {
  /** How many accounts were checked. */
  readonly accounts: number;
}

/** @throws AcmeError, ApiError if virtual hosts are left, so that the task is retried. */
export async function check(
  task: TaskContext & Pick<CheckContext, 'challenges' | 'pause'>,
  request: CheckRequest,
): Promise<CheckResult | undefined> {
  const { transaction, now, log: write, id, machine } = task;
  const { username } = request;
  const provider = await transaction('reads', settings.provider);
  if (provider === undefined) {
    write('AutoSSL is disabled.');
    return undefined;
  }
  const run = { task: id, username: username ?? runs.ALL_USERS, provider };
  const startTime = await transaction('changes', (db) => runs.begin(db, run, now()));
  const log: CheckContext['log'] = (type, indent, text) => write(runs.formatLine(type, indent, text));
  try {
    const ownAddresses = await findOwnAddresses(task);
    const { randomBytes, sealer, call, callIfCurrent, signal, challenges, pause } = task;
    const context: CheckContext = {
      ...{
        id,
        machine,
        sealer,
        now,
        transaction,
        call,
        callIfCurrent,
        signal,
        randomBytes,
        challenges,
        pause,
      },
      ...{ startTime, ownAddresses, log, caa: new CaaLookups(machine.resolver) },
    };
    return { accounts: await checkAccounts(context, task, request) };
  } catch (error) {
    if (error instanceof ApiError || error instanceof MachineError) log('failure', 0, error.message);
    throw error;
  } finally {
    await transaction('changes', (db) => runs.end(db, startTime, now()));
  }
}

/** This server’s addresses, each with the local address that reaches it. */
async function findOwnAddresses({ machine, transaction }: TaskContext): Promise<ReadonlyMap<string, string>> {
  const own = (await (await machine.addresses()).list()).filter(({ scope }) => scope !== 'host');
  const nat = await transaction('reads', publicAddresses);
  return new Map(
    own.flatMap(({ address }) => {
      const outside = nat.get(address);
      return [[address, address] as const, ...(outside === undefined ? [] : [[outside, address] as const])];
    }),
  );
}
