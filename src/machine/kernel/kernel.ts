// Kernel data, read from /proc and with statfs(2).
import type { MachineKernel } from '../../core/machine-kernel.ts';
import { readFileSystems } from './file-systems.ts';
import { readMemory, readProcessMemory } from './memory.ts';
import { readListeningPaths, readSockets } from './sockets.ts';

export const kernel: MachineKernel = {
  fileSystems: () => readFileSystems(),
  memory: () => readMemory(),
  processMemory: (program, commandLine) => readProcessMemory(program, commandLine),
  listeningPaths: () => readListeningPaths(),
  sockets: (table) => readSockets(`/proc/net/${table}`),
};
