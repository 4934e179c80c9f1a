// A process that writes generations of Apache's configuration: `FOLDER COUNT`. It prints the last one.
import { nextGeneration } from '../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import { DIRECTORIES } from '../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';

const [folder = '', count = '0'] = process.argv.slice(2);
const machine = sandboxMachine(folder, () => Date.now());
const port = { files: await machine.files(DIRECTORIES) } as never;
let last = 0;
for (let at = 0; at < Number(count); at++) last = await nextGeneration(port);
process.stdout.write(String(last));
