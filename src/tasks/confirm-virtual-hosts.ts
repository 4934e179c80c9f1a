// Confirms that the web server uses the virtual hosts of new accounts.
import { defineTask } from '../core/task.ts';
import { virtualHosts } from '../drivers/virtual-hosts/virtual-hosts.ts';
import { reportUnserved } from '../model/web/confirmation.ts';

export default defineTask<unknown>({
  description: 'Confirm that the web server uses the virtual hosts of new accounts.',
  whenInterrupted: 'retry',
  // After 1, 5, 21 and 85 minutes.
  retries: { count: 4, delayMs: 60_000, growth: 4 },

  async run(_input, { machine, log, now, transaction }) {
    const report = (reasons: readonly string[]) =>
      transaction('changes', (db) => reportUnserved(db, reasons, now()));
    try {
      const { removed } = await virtualHosts.confirm(machine);
      const reasons = removed.map(
        ({ path, reason }) => `“${path}” was removed, because Apache never accepted it: ${reason}`,
      );
      for (const reason of reasons) log(reason);
      if (reasons.length > 0) await report(reasons);
      return { removed: removed.map(({ path }) => path) };
    } catch (error) {
      await report([error instanceof Error ? error.message : String(error)]);
      throw error;
    }
  },
});
