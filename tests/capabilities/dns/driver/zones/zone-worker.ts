// A process that changes a zone in the same way as the journal: `zone-worker.ts FOLDER SERVER MEMENTO`. Tests kill it.
import { writeFileSync } from 'node:fs';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';
import { Bind } from '../../../../../src/capabilities/dns/driver/zones/bind/bind.ts';
import type { BindServer } from '../../../../../src/capabilities/dns/driver/zones/bind/control.ts';
import { zoneOf } from './zone-texts.ts';

const [folder = '', server = '', file = ''] = process.argv.slice(2);
const machine = sandboxMachine(folder, () => Date.now());
const bind = new Bind(JSON.parse(server) as BindServer);
const step = bind.change('s.example', await bind.read(machine, 's.example'), zoneOf('s.example', 2));
const memento = await step.prepare(machine);
writeFileSync(file, JSON.stringify(memento));
process.stdout.write('begun\n');
await step.apply(machine, memento);
