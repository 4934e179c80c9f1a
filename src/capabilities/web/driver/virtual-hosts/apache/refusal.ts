// Says whether Apache refuses the configuration that others have changed since it was last read. Creating an account does not
// wait for Apache to read it, so this is found out before.
import type { MachineFiles } from '../../../../../core/machine-daemons.ts';
import { isAnyNewer } from '../../../../../ground/driver/edited-files.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { rejectionOf, servedGeneration, writtenGeneration, type ApacheServer } from './control.ts';
import { CUSTOM } from './places.ts';

/** A configuration that was written so long ago is refused, or Apache is very busy. */
const LATE_MS = 60_000;
const CONFIGURATION = '/etc/apache2';

/** Apache’s message, which names the file. Undefined: nothing speaks against it. */
export async function refusalOf(server: ApacheServer, port: DriverPort): Promise<string | undefined> {
  if (!(await server.isServed(port))) return undefined;
  const served = await servedGeneration(server.ports.http);
  // Apache does not answer. The step that has it reloaded says why.
  if (served === undefined) return undefined;
  const written = await writtenGeneration(port);
  const isLate = served < written && Date.now() - written > LATE_MS;
  if (!isLate && !(await isAnyNewer(port.files, await filesOfOthers(port.files), served))) return undefined;
  return (await rejectionOf(server, port))?.message;
}

/** What administrators edit: also the files to which the links of enabled ones lead. */
async function filesOfOthers(files: Pick<MachineFiles, 'list'>): Promise<string[]> {
  const paths = [`${CONFIGURATION}/apache2.conf`, `${CONFIGURATION}/ports.conf`];
  for (const kind of ['conf', 'mods', 'sites']) {
    for (const name of await files.list(`${CONFIGURATION}/${kind}-enabled`)) {
      paths.push(`${CONFIGURATION}/${kind}-enabled/${name}`, `${CONFIGURATION}/${kind}-available/${name}`);
    }
  }
  for (const user of await files.list(CUSTOM)) {
    for (const name of await files.list(`${CUSTOM}/${user}`)) {
      paths.push(`${CUSTOM}/${user}/${name}`);
      if (name.endsWith('.conf')) continue;
      for (const own of await files.list(`${CUSTOM}/${user}/${name}`))
        paths.push(`${CUSTOM}/${user}/${name}/${own}`);
    }
  }
  return paths;
}
