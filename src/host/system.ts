// What the operating system tells of itself.
import { hostname, loadavg } from 'node:os';
import type { Host } from '../core/context.ts';

export const system: Host['system'] = {
  hostname,
  loadAverage: () => loadavg() as [number, number, number],
};
