// The users of a sandbox are files: they run nothing. Users of the machine may have the same user IDs.
import type { MachineProcesses } from '../../core/machine-processes.ts';

export const sandboxProcesses: MachineProcesses = {
  isSupported: false,
  list: async () => [],
  end: async () => false,
};
