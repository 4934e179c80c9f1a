// The process, as remote calls need it.
import { setTimeout } from 'node:timers/promises';
import type { World } from '../remote/world.ts';
import { tell, type Io } from './io.ts';

export function worldOf(io: Io): World {
  const { environment, ask } = io;
  return {
    environment,
    now: () => Date.now(),
    random: () => Math.random(),
    pause: (milliseconds) => setTimeout(milliseconds),
    tell: (sentence) => tell(io, `whmapi1: ${sentence}\n`),
    ...(ask === undefined ? {} : { ask }),
  };
}
