import { restartService } from '../../capabilities/system/plans/restart-service.ts';
import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import {
  assertNotMasked,
  lookAtService,
  serviceNames,
} from '../../capabilities/system/driver/services/look-services.ts';

export default defineFunction({
  name: 'restartservice',
  since: 38,
  summary: 'Restart a service.',
  description:
    'The call answers once systemd says that the service is active again. Otherwise it fails, and the reason has the last ' +
    'lines of the service’s log. Services of this program’s own server (cpsrvd, cphulkd, queueprocd) are restarted ' +
    'together, after the answer. apache_php_fpm is the PHP-FPM of all installed PHP versions; its configuration is checked ' +
    'first, so that a broken file does not stop it. The privilege “clustering” alone allows only named.',
  access: ['restart', 'clustering'],
  effect: 'operates',
  params: {
    service: {
      type: 'string',
      required: true,
      values: serviceNames,
      doc: 'The service, as servicestatus shows it.',
    },
    queue_task: { type: 'flag', default: 0, doc: 'Whether to restart it as a task, and to answer at once.' },
  },
  returns: {
    service: { type: 'string', doc: 'The service.' },
    output: { type: 'string', doc: 'What was done, as a sentence.' },
  },
  examples: [{ args: { service: 'named' }, doc: 'Restart the DNS server.' }],

  async look({ service }, { machine }) {
    const found = await lookAtService(machine, service);
    assertNotMasked(found);
    return found;
  },

  async handler(
    { service, queue_task: isQueued },
    { caller, plan, startTask, warn, system },
    { units, displayName, isOwn },
  ) {
    if (caller.privileges !== 'all' && !caller.privileges.has('restart') && service !== 'named') {
      throw denied(
        'The privilege “clustering” allows a restart of named only. “restart” allows all services.',
      );
    }
    if (system.isSandbox) warn('This is a sandbox: the restart is recorded, and no service is started.');
    if (isQueued) {
      const id = await startTask('restart-service', { service });
      return { service, output: `The restart is task ${id}. “whmapi1 --tasks ${id}” shows its state.` };
    }
    plan(restartService(units));
    const output =
      isOwn === true
        ? `${displayName} restarts once it has answered this call.`
        : `${displayName} was restarted and is active.`;
    return { service, output };
  },
});
