// Security updates of Debian are installed every day by themselves.
import { readAptSettings, readSettings } from '../driver/updates/settings.ts';
import { ok, warning, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Automatic updates',
  order: 240,
  advisor: 'AutomaticUpdates',
  isAdviceOnly: true,

  async run({ machine, isSandbox }) {
    const tools = await machine.tools([{ name: 'unattended-upgrade' }]);
    const [apt, own] = await Promise.all([readAptSettings(machine), readSettings(machine)]);
    const isSet = isSandbox
      ? own.SECURITY_UPDATES === 'daily' || own.RPMUP === 'daily'
      : apt.isUnattended && apt.patterns.some((pattern) => /security/i.test(pattern));
    const isInstalled = isSandbox || (await tools.has('unattended-upgrade'));
    if (isSet && isInstalled) {
      return [{ ...ok('Security updates are installed every day.'), key: 'AutomaticUpdates_on' }];
    }
    const install = isInstalled ? '' : 'apt-get install unattended-upgrades && ';
    const message = 'Security updates of Debian are not installed by themselves.';
    return [
      {
        ...warning(message, `${install}whmapi1 update_updateconf SECURITY_UPDATES=daily`),
        key: 'AutomaticUpdates_off',
      },
    ];
  },
};

export default check;
