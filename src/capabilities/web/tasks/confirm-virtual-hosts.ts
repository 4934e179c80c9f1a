// Confirms that PHP-FPM and the web server use the pools and virtual hosts of new accounts.
import { defineTask } from '../../../core/task.ts';
import { confirmPools, endForgottenWaiting } from '../../php/driver/php-pools/confirm.ts';
import { reloadsOf } from '../../../ground/driver/reloads.ts';
import { virtualHosts } from '../driver/virtual-hosts/virtual-hosts.ts';
import { reportUnserved } from '../rules/confirmation.ts';

export default defineTask<unknown>({
  description: 'Confirm that PHP-FPM and the web server serve the websites of new accounts.',
  whenInterrupted: 'retry',
  // Several could wait for the same reloads, and other tasks would not start.
  runsAlone: true,
  // After 1, 5, 21 and 85 minutes.
  retries: { count: 4, delayMs: 60_000, growth: 4 },

  async run(_input, { machine, log, now, signal, transaction, withLocks }) {
    const report = (reasons: readonly string[]) =>
      transaction('changes', (db) => reportUnserved(db, reasons, now()));
    // While there are many accounts, these can rest for longer than the confirmations wait.
    await Promise.race([reloadsOf(machine).laterOnesAreOver(), aborted(signal)]);
    signal.throwIfAborted();
    const pools = confirmPools(machine, { withLocks, signal }).then((removed) =>
      sentences('PHP-FPM', removed),
    );
    // Apache comes second, because it uses the pools. It is confirmed even if PHP-FPM has a problem.
    const [first] = await Promise.allSettled([pools]);
    signal.throwIfAborted();
    const isReloadNeeded = await endForgottenWaiting(machine);
    const hosts = virtualHosts
      .confirm(machine, { withLocks }, { isReloadNeeded, signal })
      .then(({ removed }) => sentences('Apache', removed));
    const outcomes = [first, ...(await Promise.allSettled([hosts]))];
    // What was not waited for is no problem to report.
    signal.throwIfAborted();
    const reasons = outcomes.flatMap((one) =>
      one.status === 'fulfilled' ? one.value : [messageOf(one.reason)],
    );
    for (const reason of reasons) log(reason);
    if (reasons.length > 0) await report(reasons);
    const failed = outcomes.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { problems: reasons };
  },
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal.aborted) resume();
    signal.addEventListener('abort', () => resume(), { once: true });
  });
}

function sentences(daemon: string, removed: readonly { readonly path: string; readonly reason: string }[]) {
  return removed.map(
    ({ path, reason }) => `“${path}” was removed, because ${daemon} never accepted it: ${reason}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
