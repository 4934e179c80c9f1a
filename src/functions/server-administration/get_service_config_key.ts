import { defineFunction } from '../../core/define.ts';
import { getSetting, readSettings } from '../../capabilities/system/driver/dovecot-settings/look-dovecot.ts';
import {
  key as keyParam,
  notInstalled,
  service as serviceParam,
} from '../../capabilities/system/rules/services/config-form.ts';

export default defineFunction({
  name: 'get_service_config_key',
  since: 58,
  summary: 'Show one setting of a service.',
  description: 'The value is the one in force, whichever file of /etc/dovecot it comes from.',
  access: 'root',
  effect: 'looks',
  params: { key: keyParam, service: serviceParam },
  returns: { map: { type: 'string', doc: 'The value of the setting.' }, keys: 'KEY' },
  examples: [
    {
      args: { service: 'dovecot', key: 'mail_process_size' },
      doc: 'How much memory a process of IMAP may use, in MiB.',
    },
  ],

  async handler({ key, service }, { machine, warn, system }) {
    const { initial } = getSetting(key);
    const { values, isInstalled } = await readSettings(machine);
    if (!isInstalled && !system.isSandbox) warn(notInstalled(service));
    return { [key]: values.get(key) ?? initial };
  },
});
