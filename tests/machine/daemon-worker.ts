// Runs work on the machine on which it is started. Each argument is one piece of work in JSON, and each writes one line
// in JSON.
import { linuxMachine } from '../../src/machine/choose.ts';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import type { ServerOptions, Zone } from '../../src/capabilities/dns/driver/zones/contract.ts';
import type { MachineServices } from '../../src/core/machine-daemons.ts';
import type { DriverStep } from '../../src/ground/driver/step.ts';

const now = () => Date.now();
const machine = linuxMachine('/var/lib/whmapi1', now);
const bind = new Bind();

/** Applies a step, and undoes it if `isUndone`. */
async function applyStep<Memento>(step: DriverStep<Memento>, isUndone: boolean): Promise<string> {
  const diff = await step.preview(machine);
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  if (isUndone) await step.undo(machine, memento);
  return diff;
}

const work: Record<string, (...words: never[]) => Promise<unknown>> = {
  service: async (
    method: Exclude<keyof MachineServices, 'isSupported' | 'states' | 'mainProcess' | 'reboot'>,
    unit: string,
  ) => (await machine.services())[method](unit),
  setUp: async (options: ServerOptions) => applyStep(await bind.setUp(machine, options, Date.now()), false),
  zone: async (name: string, after: Zone | null, isUndone?: boolean) =>
    applyStep(bind.change(name, await bind.read(machine, name), after), isUndone === true),
  list: () => bind.list(machine),
};

for (const text of process.argv.slice(2)) {
  const [what, ...words] = JSON.parse(text) as [string, ...never[]];
  let line: object;
  try {
    line = { value: await work[what]?.(...words) };
  } catch (error) {
    line = { error: (error as Error).message };
  }
  console.log(JSON.stringify(line));
}
