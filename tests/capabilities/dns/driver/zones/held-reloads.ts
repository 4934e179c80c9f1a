// A machine on which the first `rndc reconfig` waits until the test lets it continue. So the test decides what happens
// meanwhile, and not the load of this computer.
import type { MachineTools } from '../../../../../src/core/machine-daemons.ts';
import type { DriverMachine } from '../../../../../src/ground/driver/step.ts';
import { until } from '../../../../support/until.ts';

export interface HeldReloads<M> {
  readonly machine: M;
  /** How many reloads were requested from named. */
  readonly count: () => number;
  /** Waits until this many changes have requested a reload. */
  readonly waitFor: (changes: number) => Promise<void>;
  readonly letGo: () => void;
}

export function holdReloads<M extends Pick<DriverMachine, 'tools'>>(machine: M): HeldReloads<M> {
  let count = 0;
  let asked = 0;
  let letGo = () => undefined as void;
  const gate = new Promise<void>((open) => (letGo = open));
  const held = (tools: MachineTools): MachineTools => ({
    async has(name) {
      const isThere = await tools.has(name);
      // In a sandbox, each change looks for rndc right before it requests its reload, and does not wait in between.
      if (name === 'rndc') asked++;
      return isThere;
    },
    find: (pattern) => tools.find(pattern),
    async run(name, words, options) {
      if (name === 'rndc' && words.includes('reconfig')) {
        count++;
        await gate;
      }
      return tools.run(name, words, options);
    },
  });
  const tools: DriverMachine['tools'] = async (declared) => held(await machine.tools(declared));
  const waitFor = async (changes: number) => {
    await until(() => asked >= changes, `${changes} changes asked for a reload`);
    await new Promise((resume) => setImmediate(resume));
  };
  return { machine: { ...machine, tools }, count: () => count, waitFor, letGo };
}
