import { defineFunction } from '../../core/define.ts';
import { readSettings } from '../../capabilities/system/driver/dovecot-settings/look-dovecot.ts';
import {
  notInstalled,
  service as serviceParam,
} from '../../capabilities/system/rules/services/config-form.ts';

export default defineFunction({
  name: 'get_service_config',
  since: 58,
  summary: 'Show the settings of a service.',
  description:
    'These are the values in force, which doveconf reads from all files of /etc/dovecot. set_service_config_key lists the ' +
    'settings and what they mean.',
  access: 'root',
  effect: 'looks',
  params: { service: serviceParam },
  returns: { map: { type: 'string', doc: 'The value of the setting.' }, keys: 'KEY' },
  examples: [{ args: { service: 'dovecot' }, doc: 'Show the settings of Dovecot.' }],

  async handler({ service }, { machine, warn, system }) {
    const { values, isInstalled } = await readSettings(machine);
    if (!isInstalled && !system.isSandbox) warn(notInstalled(service));
    return Object.fromEntries(values);
  },
});
