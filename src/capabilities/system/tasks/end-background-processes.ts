// Ends the programs of accounts that should not run. The server starts it when it finds one.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { findUnwanted } from '../driver/background-processes/look-background-processes.ts';
import { searchOf } from '../rules/background-processes/settings.ts';

export default defineTask<Record<string, never>>({
  description: 'End background programs of accounts.',
  whenInterrupted: 'fail',
  isNeeded: async ({ machine, transaction }) =>
    (await findUnwanted(machine, await transaction('reads', searchOf))).length > 0,

  async run(_input, { log, machine, signal, transaction }) {
    const processes = await machine.processes();
    let ended = 0;
    const problems: string[] = [];
    for (const process of await findUnwanted(machine, await transaction('reads', searchOf))) {
      signal.throwIfAborted();
      try {
        if (!(await processes.end(process))) continue;
        ended += 1;
        log(`“${process.name}” of the user “${process.user}” was ended (process ${process.id}).`);
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    if (problems.length > 0) throw new ApiError('host_failed', problems.join(' '));
    return { ended };
  },
});
