// Measures the disk usage of all accounts every night. Lists and quotas show the last measured values.
import { defineTask } from '../../core/task.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import { measureInGroups } from '../rules/disk-usage.ts';

const DAY_MS = 86_400_000;

export default defineTask({
  description: 'Measure the disk usage of all accounts.',
  whenInterrupted: 'retry',
  follows: ['disk_usage_include_sqldbs'],
  timer: { everyMs: DAY_MS, hour: 3 },

  run: async (_input, context) => {
    const { measured, failed } = await measureInGroups(context, readSizes);
    return { measured, failed };
  },
});
