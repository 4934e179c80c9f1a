// The data of the overview: a few figures of the store and the server, each only for users who may call the function
// with the details.
import { availableParallelism } from 'node:os';
import { mayCall } from '../../core/access.ts';
import type { Caller, Db } from '../../core/context.ts';
import type { Engine } from '../../core/engine.ts';
import { TASK } from '../../core/irreversible.ts';
import { UNDO } from '../../core/undo.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { failedLoginsInBrief } from '../../capabilities/logins/rules/brute-force/reports.ts';
import * as load from '../../capabilities/system/rules/servers/load.ts';
import * as recoveryCodes from '../../capabilities/two-factor/rules/recovery-codes.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import { linksFor } from './integration.ts';
import type { Overview } from './wire.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import { renderTiles } from './navigation.ts';

const MAX_FAILED_LOGINS = 8;
const MAX_UNFINISHED = 20;

export async function overviewFor(caller: Caller, engine: Engine): Promise<Overview> {
  const index = await engine.functions();
  const may = (name: string) => mayCall(caller, index[name]?.access ?? 'root');
  const isRoot = mayCall(caller, 'root');
  const stored = await engine.store.transaction('reads', async (db) => ({
    value: {
      ...(may('listaccts') ? { accounts: await accounts.countVisible(db, caller) } : {}),
      ...(may('listresellers') ? { resellers: (await resellers.list(db)).length } : {}),
      ...(may('twofactorauth_policy_status') ? { twoFactor: await twoFactorOf(db, caller) } : {}),
      ...(may('get_cphulk_failed_logins')
        ? { failedLogins: await failedLoginsInBrief(db, engine.now(), MAX_FAILED_LOGINS) }
        : {}),
      ...(await linksOf(db, caller)),
      ...(isRoot ? { unfinished: await unfinishedOf(db, engine) } : {}),
    },
    keep: false,
  }));
  return {
    version: engine.version,
    ...stored,
    load: { ...load.measure(engine.machine), processors: availableParallelism() },
    ...(isRoot ? { disks: await engine.machine.disks() } : {}),
  };
}

async function linksOf(db: Db, { user }: Caller): Promise<Pick<Overview, 'links'>> {
  const links = await linksFor(db, user);
  return links.length === 0 ? {} : { links };
}

async function twoFactorOf(db: Db, { user }: Caller): Promise<NonNullable<Overview['twoFactor']>> {
  return {
    isSetUp: await tfa.isEnrolled(db, user),
    isPolicyOn: await tfa.isPolicyEnabled(db),
    recoveryCodes: await recoveryCodes.countLeft(db, user),
  };
}

/** Unfinished operations, until the next call or a task undoes or completes them. */
async function unfinishedOf(
  db: Db,
  { journal, processes }: Engine,
): Promise<NonNullable<Overview['unfinished']>> {
  const entries = await journal.list(db);
  return entries.slice(0, MAX_UNFINISHED).map(({ kind, caller, process }) => ({
    kind,
    caller,
    state: stateOf(process, processes),
  }));
}

function stateOf(process: string, processes: Engine['processes']) {
  if (process === TASK || process === UNDO) return 'left to a task';
  return processes.isAlive(process) ? 'running' : 'interrupted';
}

// The frame of the first page after the login. Its script fills it with the state of the server.
export function renderOverviewPage(visitor: Visitor, version: string): string {
  const { hostname } = visitor;
  const main = html`<div class="text-head">
      <h1>${hostname}</h1>
      <button type="button" class="small" id="refresh">Refresh</button>
    </div>
    <p class="lead">whmapi1 ${version}, an open implementation of WHM API 1.</p>
    <p class="callout failure" id="overview-error" role="alert" hidden></p>
    <div id="overview" aria-live="polite" aria-busy="true">
      <p class="hint">Loading the state of the server.</p>
    </div>
    ${renderTiles(visitor)}`;
  return renderPage({ name: 'overview', title: 'Overview', main }, visitor);
}
