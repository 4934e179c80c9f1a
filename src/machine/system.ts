// What the operating system tells of itself.
import { hostname, loadavg, networkInterfaces } from 'node:os';
import type { Machine } from '../core/machine.ts';

export const system: Machine['system'] = {
  hostname,
  loadAverage: () => loadavg() as [number, number, number],
  addresses: () => {
    const all = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
    const outer = all.filter(({ family, internal }) => family === 'IPv4' && !internal);
    const [main = '127.0.0.1', ...others] = outer.map(({ address }) => address);
    return [main, ...others];
  },
};
