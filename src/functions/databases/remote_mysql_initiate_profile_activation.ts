import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { ACTIVATION_TASK } from '../../capabilities/databases/rules/activations.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';
import { isActive } from '../../ground/rules/tasks/tasks.ts';

export default defineFunction({
  name: 'remote_mysql_initiate_profile_activation',
  since: 52,
  summary:
    'Start the activation of a profile: accounts without databases get theirs on its server from now on.',
  description:
    'A task logs in to the server, checks its version and privileges, and then activates the profile. ' +
    'remote_mysql_monitor_profile_activation shows its steps. Accounts that have MariaDB databases or users keep them, ' +
    'and their server, also for new ones: nothing is copied.',
  access: 'root',
  effect: 'changes',
  params: { name: form.name },
  returns: { activation_job_started: { type: 'flag', doc: '1: the task has been started.' } },
  examples: [{ args: { name: 'localhost' }, doc: 'New databases are created on this machine.' }],

  async handler({ name }, { db, startTask }) {
    await profiles.describe(db, name);
    if (await isActive(db, ACTIVATION_TASK)) {
      throw new ApiError(
        'busy',
        'A profile is being activated already: see remote_mysql_monitor_profile_activation. Retry the call later.',
      );
    }
    await startTask(ACTIVATION_TASK, { name });
    return { activation_job_started: 1 };
  },
});
