// Implements `--migrate-store` and `--forget-server`, which work on the store itself rather than through the API.
import { createApplication, locate, root } from '../app/app.ts';
import { ApiError, badParam } from '../core/errors.ts';
import type { AccountsAction, ServerContents } from '../life/rules/servers/servers.ts';
import type { Outcome } from '../store/move.ts';
import { StateDirectory } from '../store/state-directory.ts';

/** Moves everything from one store to another: see `store/move-between.ts`. */
export async function moveStore(
  environment: Readonly<Record<string, string | undefined>>,
  from: string,
  to: string,
): Promise<Outcome> {
  const { userId, stateDirectory } = locate(environment);
  const directory = new StateDirectory(stateDirectory, userId);
  const { moveBetween } = await import('../store/move-between.ts');
  return moveBetween(environment, directory, from, to);
}

/**
 * Forgets another server of the shared store: see `life/rules/servers/servers.ts`. First calls `show` with the server's data
 * in the store. @throws ApiError `bad_param` if it may not be forgotten, `not_found`, `store_unavailable`.
 */
export async function forgetServer(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  { accounts: accountsAction, dryRun }: { readonly accounts?: AccountsAction; readonly dryRun: boolean },
  show: (contents: ServerContents) => void,
): Promise<void> {
  const application = createApplication(environment);
  const { engine } = application;
  const record = {
    time: engine.now(),
    xid: engine.newXid(),
    caller: root.user,
    function: '--forget-server',
    arguments: [
      ['name', name],
      ...(accountsAction === undefined ? [] : [['accounts', accountsAction] as const]),
    ] as const,
    ...(dryRun ? { dry_run: 1 as const } : {}),
  };
  const lasting = () => ({ duration_ms: engine.now() - record.time });
  try {
    const servers = await import('../life/rules/servers/servers.ts');
    const { forget: forgetUser } = await import('../life/stored.ts');
    await engine.store.transaction('changes', async (db) => {
      if (db.server === '') throw badParam('This server has its own store, which no other server uses.');
      const contents = await servers.findContents(db, name);
      show(contents);
      await servers.forget(db, name, contents, { accountsAction, forgetUser, now: engine.now() });
      if (!dryRun) await engine.audit({ ...record, result: 1, ...lasting() }, 'change', db);
      return { value: undefined, keep: !dryRun };
    });
    if (dryRun) await engine.audit({ ...record, result: 1, ...lasting() }, 'other');
  } catch (error) {
    if (error instanceof ApiError && error.code !== 'store_unavailable') {
      await engine.audit({ ...record, result: 0, error_code: error.code, ...lasting() }, 'other');
    }
    throw error;
  } finally {
    application.close();
  }
}
