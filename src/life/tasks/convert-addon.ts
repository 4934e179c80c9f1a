// Converts an addon domain to an account. The work is one call, which is undone whole if it fails: after a crash, the next
// call undoes it or completes it, and a retry starts again.
import { ApiError } from '../../core/errors.ts';
import { defineTask } from '../../core/task.ts';
import { findByDomain } from '../../capabilities/accounts/rules/accounts.ts';
import type { ConversionInput, ConversionStep } from '../../capabilities/domains/rules/conversions.ts';

const CONVERT = 'Create the account, copy the files, and move the domain';
const nothing = { databases: [], users: [], copies: [] };
const COMPLETED = 'The conversion was already completed when its task was interrupted.';

export default defineTask<ConversionInput>({
  description: 'Convert an addon domain to an account.',
  whenInterrupted: 'retry',

  async run(
    { domain, username, package: pkgname, databases },
    { call, log, progress, signal, transaction, now },
  ) {
    const steps: ConversionStep[] = [];
    const run = async (step_name: string, percent: number, work: () => Promise<readonly string[]>) => {
      signal.throwIfAborted();
      progress(percent, step_name);
      log(step_name);
      const start_time = Math.floor(now() / 1000);
      const notes = await work();
      for (const note of notes) log(note);
      const end_time = Math.floor(now() / 1000);
      steps.push({ step_name, start_time, end_time, status: 'DONE', warnings: notes.join('\n') });
    };
    const present = await transaction('reads', (db) => findByDomain(db, domain));
    if (present?.username === username) {
      await run(CONVERT, 10, () => Promise.resolve([COMPLETED]));
    } else {
      await run(CONVERT, 10, async () => {
        const { databases: moved, users, copies } = databases ?? nothing;
        const args = [
          ...Object.entries({ domain, username, pkgname, wait: '1' }).map(([name, value]) => ({
            name,
            value,
          })),
          ...moved.map((value) => ({ name: 'movemysqldb', value })),
          ...users.map((value) => ({ name: 'movemysqluser', value })),
          ...copies.map(({ from, to }) => ({ name: `copymysqldb-${from}`, value: to })),
        ];
        const { metadata } = await call({ command: 'convert_addon_initiate_conversion', args });
        if (metadata.result !== 1) throw new ApiError('host_failed', metadata.reason);
        return [...(metadata.output?.warnings ?? []), ...(metadata.output?.messages ?? [])];
      });
    }
    return { steps: steps.map((step) => ({ ...step })) };
  },
});
