// Zones for tests.
import type { Bind } from '../../../../../src/capabilities/dns/driver/zones/bind/bind.ts';
import type { Zone } from '../../../../../src/capabilities/dns/driver/zones/contract.ts';
import type { DriverMachine } from '../../../../../src/ground/driver/step.ts';

/** A small zone; `more` are additional lines. */
export function zoneOf(name: string, serial: number, more = ''): Zone {
  const text = `$TTL 300
@ IN SOA ns.${name}. host.${name}. ( ${serial} 3600 600 86400 300 )
  IN NS ns
ns IN A 192.0.2.1
; A comment that stays.
${more}`;
  return { name, text, dnssecPolicy: null };
}

/** Executes a change like the journal. @returns its step, and its memento as the journal stores it. */
export async function changeZone(bind: Bind, machine: DriverMachine, name: string, after: Zone | null) {
  const step = bind.change(name, await bind.read(machine, name), after);
  const prepared = await step.prepare(machine);
  const memento = JSON.parse(JSON.stringify(prepared)) as typeof prepared;
  await step.apply(machine, memento);
  return { step, memento };
}

/** Waits until the condition is true. @throws after a minute. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (isSo()) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`It is not so after a minute: ${isSo.toString()}`);
}
