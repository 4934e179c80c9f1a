import { configureService } from '../../capabilities/system/plans/configure-service.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import {
  assertNotMasked,
  lookAtService,
  serviceNames,
} from '../../capabilities/system/driver/services/look-services.ts';
import * as bruteForce from '../../capabilities/logins/rules/brute-force/config.ts';
import * as monitored from '../../capabilities/system/rules/services/monitored.ts';
import { BRUTE_FORCE } from '../../capabilities/system/rules/services/status.ts';

export default defineFunction({
  name: 'configureservice',
  since: 38,
  summary: 'Enable or disable a service or its monitoring.',
  description:
    'An enabled service starts now and with the server; a disabled one is stopped. cphulkd switches the brute-force ' +
    'protection. A monitored service is checked regularly (tweak setting chkservd_check_interval). It is restarted if it ' +
    'does not run or does not respond.',
  access: 'root',
  effect: 'operates',
  params: {
    service: {
      type: 'string',
      required: true,
      values: serviceNames,
      doc: 'The service, as servicestatus shows it.',
    },
    enabled: { type: 'flag', doc: 'Whether it runs, now and whenever the server starts.' },
    monitored: { type: 'flag', doc: 'Whether it is monitored.' },
    'exim-altportnum': {
      type: 'string',
      doc: 'The port of exim-altport.',
      noEffectReason: 'This server has no exim-altport.',
    },
  },
  oneOf: { count: 'at least', of: ['enabled', 'monitored'] },
  returns: null,
  examples: [
    { args: { service: 'named', enabled: '1', monitored: '1' }, doc: 'Run and watch the DNS server.' },
    { args: { service: 'cphulkd', enabled: '0' }, doc: 'Switch the brute-force protection off.' },
  ],

  async look({ service, enabled }, { machine }) {
    const found = await lookAtService(machine, service);
    if (enabled === true) assertNotMasked(found);
    return found;
  },

  async handler({ service, enabled, monitored: isMonitored }, { db, plan, warn, system }, { units, isOwn }) {
    if (service === BRUTE_FORCE && enabled !== undefined)
      await bruteForce.change(db, { is_enabled: enabled });
    if (isMonitored !== undefined) await monitored.set(db, service, isMonitored);
    if (enabled === undefined || service === BRUTE_FORCE) return;
    if (isOwn === true) {
      if (enabled) return;
      throw badParam(
        `“${service}” answers this call. To stop it, run “systemctl disable --now ${units.join(' ')}”.`,
      );
    }
    if (system.isSandbox) warn('This is a sandbox: the setting is recorded, and no service is started.');
    plan(configureService(units, enabled, { service, isMonitored: isMonitored ?? null }));
  },
});
