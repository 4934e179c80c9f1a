// Conversions of addon domains to accounts. Each is a task of this server.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import * as tasks from '../../../ground/rules/tasks/tasks.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import type { WantedHandOver } from '../../databases/rules/hand-over.ts';
import { getDomain, listOf, type HostedDomain } from './hosted-domains.ts';

/** The kind of the task. */
export const CONVERSION = 'convert-addon';

/** The input of the task. */
export interface ConversionInput {
  readonly domain: string;
  /** The new account. */
  readonly username: string;
  /** The account that has the domain. */
  readonly source: string;
  readonly package: string;
  /** Undefined in tasks of earlier versions. */
  readonly databases?: WantedHandOver;
}

export interface ConversionStep {
  readonly step_name: string;
  /** In seconds since 1970-01-01. 0: not yet. */
  readonly start_time: number;
  readonly end_time: number;
  readonly status: Status;
  readonly warnings: string;
}

export interface ConversionResult {
  readonly steps: readonly ConversionStep[];
}

export type Status = 'PENDING' | 'INPROGRESS' | 'DONE' | 'FAILED';

export interface StoredConversion extends ConversionInput {
  readonly id: number;
  readonly status: Status;
  /** In seconds since 1970-01-01. 0: not yet. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly steps: readonly ConversionStep[];
}

const statuses: Readonly<Record<tasks.Task['state'], Status>> = {
  waiting: 'PENDING',
  running: 'INPROGRESS',
  done: 'DONE',
  failed: 'FAILED',
  stopped: 'FAILED',
};

const seconds = (ms: number | null) => (ms === null ? 0 : Math.floor(ms / 1000));

function conversionOf(task: tasks.Task): StoredConversion {
  const { id, state, activity, reason, startedAt, endedAt } = task;
  const status = statuses[state];
  const [start, end] = [seconds(startedAt), seconds(endedAt)];
  const { steps } = (task.result ?? {}) as Partial<ConversionResult>;
  const present = {
    step_name: activity === '' ? 'Wait for other tasks' : activity,
    ...{ start_time: start, end_time: end, status, warnings: reason },
  };
  return {
    ...(task.input as ConversionInput),
    ...{ id, status, startedAt: start, endedAt: end, steps: steps ?? [present] },
  };
}

/** The conversions on this server, the oldest first. */
export async function listConversions(db: Db): Promise<StoredConversion[]> {
  const found = await tasks.select(db, 'WHERE server = ? AND kind = ? ORDER BY id', db.server, CONVERSION);
  return found.map(conversionOf);
}

/** @throws ApiError `not_found`. */
export async function getConversion(db: Db, id: number): Promise<StoredConversion> {
  const found = (await listConversions(db)).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw notFound(`There is no conversion ${id}. Run convert_addon_list_conversions to list the conversions.`);
}

/** @throws ApiError `busy` if a conversion of the domain, or to the account, is in progress. */
export async function assertNone(db: Db, domain: string, username: string): Promise<void> {
  const other = (await listConversions(db)).find(
    (one) =>
      ['PENDING', 'INPROGRESS'].includes(one.status) && (one.domain === domain || one.username === username),
  );
  if (other === undefined) return;
  throw new ApiError(
    'busy',
    `The conversion ${other.id} of “${other.domain}” to “${other.username}” is in progress. Wait until it has ended.`,
  );
}

export interface AddonDomain {
  readonly domain: string;
  readonly account: accounts.Account;
  /** The subdomain that serves it. */
  readonly subdomain: Pick<HostedDomain, 'domain'>;
  /** Below the home. */
  readonly documentRoot: string;
}

/** @throws ApiError `not_found` as `getDomain`; `bad_param` for another type of domain. */
export async function getAddon(db: Db, caller: Caller, domain: string): Promise<AddonDomain> {
  const { account, type, servername } = await getDomain(db, caller, domain);
  const subdomain = (await listOf(db, account.username)).find((one) => one.domain === servername);
  if (type !== 'addon' || subdomain === undefined || subdomain.documentRoot === null) {
    throw badParam(
      `“${domain}” is not an addon domain. Run convert_addon_list_addon_domains to list the addon domains.`,
    );
  }
  return { domain, account, subdomain, documentRoot: subdomain.documentRoot };
}

/** The addon domains of the accounts that the caller may see, by username and domain. */
export async function listAddons(db: Db, caller: Caller): Promise<AddonDomain[]> {
  const withAddons = `username IN (SELECT username FROM hosted_domain WHERE type = 'addon')`;
  const byName = new Map(
    (await accounts.list(db, caller, withAddons)).map((account) => [account.username, account]),
  );
  const { where, values } = accounts.visibleTo(db, caller);
  const rows = await db.all<{ domain: string; username: string; servedBy: string; documentRoot: string }>(
    `SELECT addon.domain, addon.username, subdomain.domain AS "servedBy",
       subdomain.document_root AS "documentRoot"
     FROM hosted_domain AS addon
     JOIN hosted_domain AS subdomain
       ON subdomain.domain = addon.served_by AND subdomain.username = addon.username
     WHERE addon.type = 'addon' AND subdomain.document_root IS NOT NULL
       AND EXISTS (SELECT 1 FROM account WHERE account.username = addon.username AND ${where})
     ORDER BY addon.username, addon.domain`,
    ...values,
  );
  return rows.flatMap(({ domain, username, servedBy, documentRoot }) => {
    const account = byName.get(username);
    return account === undefined ? [] : [{ domain, account, subdomain: { domain: servedBy }, documentRoot }];
  });
}
