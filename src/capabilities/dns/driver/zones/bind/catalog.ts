// The catalog zone. It is derived from the existing zones, so it is not a change of its own and is never undone.
import type { MachineFiles } from '../../../../../core/machine-daemons.ts';
import { digestOf, type DriverPort } from '../../../../../ground/driver/file-driver.ts';
import type { Control } from './control.ts';
import { zoneOfFileName, CATALOG, FIRST_STATEMENT, OURS, readable, STATEMENTS } from './places.ts';
import { readStatement, renderCatalog, serialOfCatalog } from './render.ts';

/** The names of the zones that have a statement, sorted. */
export async function zoneNames(files: MachineFiles): Promise<string[]> {
  const names: string[] = [];
  for (const file of await files.list(STATEMENTS)) {
    const path = `${STATEMENTS}/${file}`;
    if (path === FIRST_STATEMENT || !file.endsWith('.conf')) continue;
    const name = zoneOfFileName(file.slice(0, -'.conf'.length));
    names.push(name ?? readStatement((await files.readText(path)) ?? '').name ?? file);
  }
  return names.sort();
}

/**
 * Returns the catalog of the existing zones. The text stays the same if the zones are the same.
 * @param atLeast the lowest serial for a new text.
 */
export async function nextCatalog(files: MachineFiles, atLeast: number): Promise<string> {
  const before = await files.readText(CATALOG);
  const zones = (await zoneNames(files)).map((name) => ({ id: digestOf(name).slice(0, 40), name }));
  const present = before === undefined ? undefined : serialOfCatalog(before);
  if (present !== undefined && renderCatalog(zones, present) === before) return renderCatalog(zones, present);
  return renderCatalog(zones, Math.max(atLeast, (present ?? 0) + 1));
}

/**
 * One process at a time, from the list of zones on. Otherwise, one that has read the list before another zone was added
 * could write last.
 * @param control undefined if nothing is served.
 */
export async function writeCatalog({ files }: DriverPort, control: Control | undefined): Promise<void> {
  if ((await files.facts(CATALOG)) === undefined) return;
  await files.whileLocked(CATALOG, async () => {
    const before = await files.readText(CATALOG);
    if (before === undefined) return;
    const after = await nextCatalog(files, 1);
    if (after === before) return;
    await files.write(CATALOG, after, readable);
    const { name } = readStatement((await files.readText(OURS)) ?? '');
    if (control !== undefined && name !== undefined) await control.rndc(['reload', name]);
  });
}
