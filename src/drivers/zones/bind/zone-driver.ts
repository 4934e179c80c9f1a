// One zone: its master file and its statement, checked by named-checkzone, loaded by rndc, and looked for by DNS.
import { MachineError } from '../../../core/machine-error.ts';
import type { DesiredFile, DriverPort, FileChange, FileDriver, Reload } from '../../file-driver.ts';
import type { Zone } from '../contract.ts';
import { writeCatalog } from './catalog.ts';
import { common, controlOf, RECONFIGURATION, type Context } from './common.ts';
import { readable, statementFile, zoneFile } from './places.ts';
import { renderStatement } from './render.ts';

export interface DesiredZone {
  readonly name: string;
  /** The digest of the master file that the change was made from; null if there was none. */
  readonly replaces: string | null;
  /** Null if there shall be none. */
  readonly zone: Zone | null;
}

/** @returns a driver of zones on this server. */
export function zoneDriver(context: Context): FileDriver<DesiredZone> {
  /** As named-checkzone read them. */
  const serials = new WeakMap<DesiredZone, number>();
  return {
    ...common,
    files,
    async check(desired, staged, port) {
      const serial = await checkZone(desired, staged.get(zoneFile(desired.name)), port);
      if (serial !== undefined) serials.set(desired, serial);
    },
    reloads: (desired, changes, port) => reloads(desired, changes, port, context),
    async healthy(desired, changes, port) {
      const control = await controlOf(port, context);
      if (changes.length === 0 || !(await control.isServed())) return;
      const { name, zone } = desired;
      if (zone === null) return control.waitUntilGone(name);
      const serial = serials.get(desired);
      if (serial !== undefined) await control.waitForSerial(name, serial, zone.dnssecPolicy !== null);
    },
    leftovers: ({ name, zone }) =>
      zone === null ? ['.jnl', '.jbk', '.signed', '.signed.jnl'].map((end) => zoneFile(name) + end) : [],
  };
}

function files({ name, zone, replaces }: DesiredZone, locate: (path: string) => string): DesiredFile[] {
  const text = { path: zoneFile(name), content: zone?.text ?? null, attributes: readable, replaces };
  const content = zone === null ? null : renderStatement(zone, locate);
  const statement = { path: statementFile(name), content, attributes: readable };
  // named must never find a statement whose file is missing.
  return zone === null ? [statement, text] : [text, statement];
}

/** @returns the serial; undefined if there is nothing to check, or nothing to check it with. */
async function checkZone(
  { name, zone }: DesiredZone,
  staged: string | undefined,
  { tools }: DriverPort,
): Promise<number | undefined> {
  if (zone === null || !(await tools.has('named-checkzone'))) return undefined;
  const path = staged ?? zoneFile(name);
  // Only what the zone itself says is checked: the default asks the network about every name in it.
  const words = ['-i', 'local', '-k', 'fail', name, { path }];
  const { status, stdout, stderr } = await tools.run('named-checkzone', words, { accept: [0, 1] });
  const [, serial] = /loaded serial (\d+)/.exec(stdout) ?? [];
  if (status === 0 && serial !== undefined) return Number(serial);
  const reason = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !/not loaded due to errors|loading from master file/.test(line))
    // People do not know the staged file.
    .map((line) => line.replaceAll(/\S*\/\.whmapi1-[0-9a-f]+:(\d+)/g, 'line $1'))
    .join(' / ');
  throw new MachineError('failed', `named-checkzone rejects the zone “${name}”: ${reason}`);
}

async function reloads(
  { name }: DesiredZone,
  changes: readonly FileChange[],
  port: DriverPort,
  context: Context,
): Promise<Reload[]> {
  const control = await controlOf(port, context);
  const isServed = await control.isServed();
  const statement = changes.find(({ path }) => path === statementFile(name));
  const text = changes.find(({ path }) => path === zoneFile(name));
  const needed: Reload[] = [];
  if (statement !== undefined) {
    const run = async () => {
      if (isServed) await control.reconfigure();
      await writeCatalog(port, isServed ? control : undefined);
    };
    needed.push({ key: RECONFIGURATION, run });
  }
  // A zone that the configuration has gained is loaded with it.
  const isKept = statement === undefined || (statement.before !== null && statement.after !== null);
  if (isServed && text !== undefined && isKept) {
    const run = async () => {
      await control.rndc(['reload', name]);
    };
    needed.push({ key: `bind zone ${name}`, run });
  }
  return needed;
}
