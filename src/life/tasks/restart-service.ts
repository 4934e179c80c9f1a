// Restarts a service: somebody asked for it and does not wait, or it did not answer.
import { ApiError } from '../../core/errors.ts';
import { MachineError } from '../../core/machine-error.ts';
import { defineTask, type TaskContext } from '../../core/task.ts';
import { setSettingsAside } from '../../capabilities/databases/driver/mysql/configuration.ts';
import { findVersions } from '../../capabilities/php/driver/versions.ts';
import { setPoolsAside } from '../../capabilities/php/driver/php-pools/set-aside.ts';
import { virtualHosts } from '../../capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { zones } from '../../capabilities/dns/driver/zones/zones.ts';
import { serverSettings } from '../../capabilities/dns/rules/server-settings.ts';
import * as troubles from '../../capabilities/system/rules/services/troubles.ts';

interface Input {
  /** WHM's name: `httpd`. */
  readonly service: string;
  /** What was wrong, as a sentence, if the server itself found out. */
  readonly problem?: string;
}

export default defineTask<Input>({
  description: 'Restart a service.',
  whenInterrupted: 'fail',

  async run({ service, problem }, context) {
    const { call, log, now, transaction } = context;
    if (problem !== undefined) log(problem);
    const aside = problem === undefined ? [] : await setAside(service, context);
    for (const sentence of aside) log(sentence);
    const { metadata, data } = await call({
      command: 'restartservice',
      args: [{ name: 'service', value: service }],
    });
    const moment = { now: now(), xid: '' };
    if (metadata.result !== 1) {
      const { reason } = metadata;
      if (problem !== undefined) {
        await transaction('changes', (db) => troubles.notRestarted(db, service, reason, moment));
      }
      throw new ApiError('host_failed', reason);
    }
    log((data as { output: string }).output);
    const restarted = problem === undefined ? 'It was restarted by a call.' : 'The server has restarted it.';
    const how = [restarted, ...aside].join('\n');
    await transaction('changes', (db) => troubles.recovered(db, service, how, moment));
    return { service };
  },
});

/** No file of ours, or of one account, must keep a service from starting. @returns a sentence for each such file. */
async function setAside(service: string, context: TaskContext): Promise<readonly string[]> {
  const { machine, log } = context;
  try {
    if (service === 'httpd') return await virtualHosts.setAside(machine);
    if (service === 'named') return await zones.setAside(machine, () => serverSettings(context).options());
    if (service === 'mysql') return await setSettingsAside(machine);
    if (service === 'apache_php_fpm') return await setPoolsAside(machine, await findVersions(machine));
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    log(error.message);
  }
  return [];
}
