// The newest kernel runs, and no upgraded package waits for a restart.
import { lookForRebootReasons } from '../driver/reboot/look-reboot.ts';
import { list, ok, warning, type Check, type Finding } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Restart',
  order: 95,
  advisor: 'Kernel',

  async run({ machine }) {
    const { kernel, packages, isAsked } = await lookForRebootReasons(machine);
    const findings: Finding[] = [];
    if (kernel !== undefined) {
      const message = `The kernel ${kernel.running} runs, and ${kernel.next} starts after a restart.`;
      findings.push({ ...warning(message, 'systemctl reboot'), key: 'Kernel_waits_for_reboot' });
    }
    if (isAsked) {
      const names = [...packages.keys()];
      const which = names.length > 0 ? `: ${list(names)}` : '';
      const message = `Upgraded packages need a restart of the server${which}.`;
      findings.push({ ...warning(message, 'systemctl reboot'), key: 'Kernel_packages_wait_for_reboot' });
    }
    if (findings.length > 0) return findings;
    return [{ ...ok('The server does not need a restart.'), key: 'Kernel_is_current' }];
  },
};

export default check;
