// Confirms that the nameserver serves the zones of new accounts.
import { defineTask } from '../../../core/task.ts';
import { reloadsOf } from '../../../ground/driver/reloads.ts';
import { zones } from '../driver/zones/zones.ts';
import { reportUnserved, type ConfirmZones } from '../rules/confirmation.ts';

export default defineTask<ConfirmZones>({
  description: 'Confirm that the nameserver serves the DNS zones of new accounts.',
  whenInterrupted: 'retry',
  // They would reconfigure the nameserver one after the other.
  runsAlone: true,
  // After 1, 5, 21 and 85 minutes.
  retries: { count: 4, delayMs: 60_000, growth: 4 },

  async run({ names }, { machine, log, now, transaction, withLocks }) {
    const report = async (reasons: readonly string[]) => {
      for (const reason of reasons) log(reason);
      if (reasons.length > 0) await transaction('changes', (db) => reportUnserved(db, reasons, now()));
    };
    await reloadsOf(machine).laterOnesAreOver('zones');
    try {
      const { problems } = await zones.confirm(machine, names, { withLocks });
      const reasons = problems.map(({ name, reason }) => `The DNS zone “${name}” is not served. ${reason}`);
      await report(reasons);
      return { problems: reasons };
    } catch (error) {
      await report([error instanceof Error ? error.message : String(error)]);
      throw error;
    }
  },
});
