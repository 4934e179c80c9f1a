import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineFiles } from '../../../../../src/core/machine-daemons.ts';
import { nextCatalog, writeCatalog } from '../../../../../src/capabilities/dns/driver/zones/bind/catalog.ts';
import {
  CATALOG,
  DIRECTORIES,
  readable,
  STATEMENTS,
} from '../../../../../src/capabilities/dns/driver/zones/bind/places.ts';
import type { DriverPort } from '../../../../../src/ground/driver/file-driver.ts';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';

let folder: string;
let files: MachineFiles;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-catalog-'));
  files = await sandboxMachine(folder, () => Date.now()).files(DIRECTORIES);
  for (const path of ['/etc/bind', '/etc/bind/whmapi1', STATEMENTS, '/var/lib/bind', '/var/lib/bind/whmapi1'])
    await files.makeDirectory(path, { mode: 0o755 });
  await addZone('a.example');
  await files.write(CATALOG, await nextCatalog(files, 1), readable);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const addZone = (name: string) => files.write(`${STATEMENTS}/${name}.conf`, '', readable);
const portOf = (given: MachineFiles) => ({ files: given }) as DriverPort;

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resume) => {
    open = resume;
  });
  return { open: () => open(), opened };
}

test('the catalog has every zone, also one that is added while another process writes it', async () => {
  const [listed, release] = [gate(), gate()];
  const slow = new Proxy(files, {
    get(target, name) {
      if (name !== 'list') return (Reflect.get(target, name) as () => unknown).bind(target);
      return async (path: string) => {
        const names = await target.list(path);
        listed.open();
        await release.opened;
        return names;
      };
    },
  });
  await addZone('b.example');
  const first = writeCatalog(portOf(slow), undefined);
  await listed.opened;
  await addZone('c.example');
  const second = writeCatalog(portOf(files), undefined);
  await Promise.race([second, new Promise((resume) => setTimeout(resume, 300))]);
  release.open();
  await Promise.all([first, second]);
  const text = (await files.readText(CATALOG)) ?? '';
  for (const name of ['a.example', 'b.example', 'c.example']) expect(text).toContain(name);
});
