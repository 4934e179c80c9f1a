import { defineFunction } from '../../core/define.ts';
import { lookForRebootReasons } from '../../capabilities/system/driver/reboot/look-reboot.ts';

export default defineFunction({
  name: 'system_needs_reboot',
  since: 64,
  summary: 'Check whether the server needs a restart.',
  description:
    'It does if a package asked for it when it was upgraded (/run/reboot-required), or if a newer kernel is installed than ' +
    'the one that runs.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    needs_reboot: { type: 'flag', doc: 'Whether it needs a restart.' },
    details: {
      fields: {
        kernel: {
          fields: {
            boot_version: { type: 'string', doc: 'The newest kernel that is installed, which starts next.' },
            running_version: { type: 'string', doc: 'The kernel that runs now.' },
          },
          optional: true,
          doc: 'The kernels, if they differ.',
        },
        updates: {
          map: { type: 'string', doc: 'Its version; empty if it is not installed any more.' },
          keys: 'PACKAGE',
          optional: true,
          doc: 'The packages that asked for a restart, if any did.',
        },
      },
      doc: 'Why.',
    },
  },
  examples: [{ args: {}, doc: 'Check it.' }],

  async handler(_args, { machine }) {
    const { kernel, packages, isAsked } = await lookForRebootReasons(machine);
    return {
      needs_reboot: Number(isAsked || kernel !== undefined),
      details: {
        ...(kernel && { kernel: { boot_version: kernel.next, running_version: kernel.running } }),
        ...(isAsked && { updates: Object.fromEntries(packages) }),
      },
    };
  },
});
