import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';

export default defineFunction({
  name: 'reboot',
  since: 11,
  summary: 'Restart the server.',
  description:
    'The machine restarts: systemd stops all services first. With force=1 it ends all processes at once instead. The call ' +
    'answers before. A sandbox cannot be restarted.',
  access: 'root',
  effect: 'calls',
  params: {
    force: {
      type: 'flag',
      default: 0,
      doc: 'Whether to end all processes at once, without stopping services in order.',
    },
  },
  returns: { reboot: { type: 'string', doc: '“normal” or “forced”.' } },
  examples: [{ args: {}, doc: 'Restart the server.', fails: 'disabled' }],

  async handler({ force }, { machine, isDryRun, inform }) {
    if (machine.system.isSandbox) {
      throw new ApiError('disabled', 'This is a sandbox, which has no machine of its own to restart.');
    }
    if (isDryRun) inform(force ? 'Restart the server at once.' : 'Restart the server.');
    else await (await machine.services()).reboot(force);
    return { reboot: force ? 'forced' : 'normal' };
  },
});
