// Has Apache follow tweak settings that have changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { planSetUp } from '../driver/virtual-hosts/set-up.ts';
import { sendsEnvFiles, SETTING } from '../rules/env-files.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the web server use the tweak settings for websites.',
  whenInterrupted: 'retry',
  follows: [SETTING],
  runsAlone: true,

  async run(_input, { machine, transaction, log }) {
    const { roles, settings } = await transaction('reads', async (db) => ({
      roles: await rolesOf({ db, system: machine.system }),
      settings: { sendsEnvFiles: await sendsEnvFiles(db) },
    }));
    if (!roles.has('WebServer')) return {};
    const step = await planSetUp(machine, settings);
    await step.apply(machine, await step.prepare(machine));
    log(step.description);
    return {};
  },
});
