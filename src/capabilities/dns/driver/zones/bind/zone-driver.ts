// One zone: its master file and its statement. named-checkzone checks it, rndc loads it, and a DNS query confirms it.
import { MachineError } from '../../../../../core/machine-error.ts';
import {
  removeIfThere,
  type DesiredFile,
  type DriverPort,
  type FileChange,
  type FileDriver,
  type Reload,
} from '../../../../../ground/driver/file-driver.ts';
import type { Later } from '../../../../../ground/driver/reloads.ts';
import type { TemplateLines, Zone } from '../contract.ts';
import { common, controlOf, reconfiguration, type Context } from './common.ts';
import { isAtLeast, type Control, type ZoneStatus } from './control.ts';
import { readable, statementFile, zoneFile } from './places.ts';
import { MAX_SIGNED_TTL } from './policies.ts';
import { renderStatement } from './render.ts';

export interface DesiredZone {
  readonly name: string;
  /** The digest of the master file that the change is based on; null if there was none. */
  readonly replaces: string | null;
  /** Null to remove the zone. */
  readonly zone: Zone | null;
  /** The account is new: nobody waits until named has loaded the zone, but only until it will. */
  readonly isNew?: true;
}

/** The reload for new zones that nobody waits for. Whether named serves each of them, the confirmation finds out. */
const later: Later = { kind: 'zones', order: 1, used: () => Promise.resolve() };

const JOURNAL = '.jnl';
/** The files that named keeps next to the file of a signed zone. */
const BESIDE = [JOURNAL, '.jbk', '.signed', '.signed.jnl'];

/** @returns a driver for zones on this server. */
export function zoneDriver(context: Context): FileDriver<DesiredZone> {
  /** The serials that named-checkzone has read. */
  const serials = new WeakMap<DesiredZone, number>();
  /** The states of signed zones, right before they were loaded again. */
  const before = new WeakMap<DesiredZone, ZoneStatus>();
  return {
    ...common,
    files,
    async check(desired, staged, port) {
      const { name, zone } = desired;
      if (zone === null) return;
      if (desired.isNew === true) await assertFree(name, port, await controlOf(port, context));
      if (zone.verifiedSerial !== undefined && zone.dnssecPolicy === null) {
        // The zone is from a template, and named itself checks what it loads. Another check would find nothing new.
        serials.set(desired, zone.verifiedSerial);
        return;
      }
      const path = staged.get(zoneFile(name)) ?? zoneFile(name);
      const isSigned = zone.dnssecPolicy?.startsWith('whmapi1-') === true;
      const serial = await checkZone({ name, path, isSigned, template: zone.template }, port);
      if (serial !== undefined) serials.set(desired, serial);
    },
    reloads: async (desired, changes, port) =>
      reloads(desired, changes, {
        port,
        control: await controlOf(port, context),
        noteStatus: (status) => before.set(desired, status),
      }),
    async healthy(desired, changes, port) {
      const control = await controlOf(port, context);
      if (changes.length === 0 || isAddition(desired, changes) || !(await control.isServed())) return;
      const { name, zone } = desired;
      if (zone === null) return control.waitUntilGone(name);
      const serial = serials.get(desired);
      if (serial === undefined) return;
      if (zone.dnssecPolicy === null) return control.waitForSerial(name, serial);
      await control.waitForSigned(name, serial, before.get(desired));
      if (changes.some(({ path }) => path === statementFile(name))) await control.waitForSignatures(name);
    },
    // If the journal of an earlier version exists, named does not load a file that was edited while named was stopped.
    async leftovers(desired, changes, port) {
      const { name, zone } = desired;
      // They are removed right before the zone is put in place.
      if (isAddition(desired, changes)) return [];
      // If nothing is served, there is no named that could have left anything.
      if (!(await (await controlOf(port, context)).isServed())) return [];
      const isSigned = zone !== null && zone.dnssecPolicy !== null;
      const isOver = !isSigned && changes.some(({ path }) => path === statementFile(name));
      return (isSigned ? [JOURNAL] : isOver ? BESIDE : []).map((end) => zoneFile(name) + end);
    },
  };
}

function files({ name, zone, replaces }: DesiredZone, locate: (path: string) => string): DesiredFile[] {
  const text = { path: zoneFile(name), content: zone?.text ?? null, attributes: readable, replaces };
  const content = zone === null ? null : renderStatement(zone, locate);
  const statement = { path: statementFile(name), content, attributes: readable };
  // named must never find a statement whose zone file is missing.
  return zone === null ? [statement, text] : [text, statement];
}

interface CheckedFile {
  readonly name: string;
  readonly path: string;
  readonly isSigned: boolean;
  readonly template?: TemplateLines | undefined;
}

/** @returns the serial; undefined if there is nothing to check, or nothing to check it with. */
export async function checkZone(
  { name, path, isSigned, template }: CheckedFile,
  { tools }: DriverPort,
): Promise<number | undefined> {
  if (!(await tools.has('named-checkzone'))) return undefined;
  const longest = isSigned ? ['-l', String(MAX_SIGNED_TTL)] : [];
  // Checks only the zone itself. The default queries the network about every name in it.
  const words = ['-i', 'local', '-k', 'fail', ...longest, name, { path }];
  // The last output of named-checkzone, which needs 50 ms more to end its threads.
  const until = /: loaded serial (\d+)(?: \(DNSSEC signed\))?\n/;
  const { status, stdout, stderr } = await tools.run('named-checkzone', words, { accept: [0, 1], until });
  const [, serial] = until.exec(stdout) ?? [];
  if (status === 0 && serial !== undefined) return Number(serial);
  const reason = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !/not loaded due to errors|loading from master file/.test(line))
    // People do not know the staged file.
    .map((line) =>
      line.replaceAll(/\S*\/(?:\.whmapi1-[0-9a-f]+|[^/\s]+\.db):(\d+)/g, (_, number: string) =>
        placeOf(Number(number), template),
      ),
    )
    .join(' / ');
  throw new MachineError('failed', `named-checkzone rejects the zone “${name}”: ${reason}`);
}

function placeOf(line: number, template: TemplateLines | undefined): string {
  const ofTemplate = template?.lines[line - 1];
  if (template === undefined || ofTemplate === undefined) return `line ${line}`;
  return `line ${ofTemplate} of the zone template “${template.name}”`;
}

/** True if named need not be waited for: an unsigned zone of a new account, where there was none. */
function isAddition({ isNew, zone }: DesiredZone, changes: readonly FileChange[]): boolean {
  return isNew === true && zone?.dnssecPolicy === null && changes.every(({ before }) => before === null);
}

/** A repeated step finds its own zone. */
async function assertFree(name: string, { files }: DriverPort, control: Control): Promise<void> {
  if (!(await control.isServed()) || (await files.facts(statementFile(name))) !== undefined) return;
  await control.assertFree(name);
}

/** What the reloads of one change need. */
interface Loading {
  readonly port: DriverPort;
  readonly control: Control;
  /** Receives the state of a signed zone before it is loaded. */
  readonly noteStatus: (status: ZoneStatus) => void;
}

async function reloads(
  desired: DesiredZone,
  changes: readonly FileChange[],
  loading: Loading,
): Promise<Reload[]> {
  const { name, zone } = desired;
  const { port, control } = loading;
  const isServed = await control.isServed();
  const statement = changes.find(({ path }) => path === statementFile(name));
  const text = changes.find(({ path }) => path === zoneFile(name));
  const needed: Reload[] = [];
  if (statement !== undefined) {
    const before = async () => {
      for (const end of BESIDE) await removeIfThere(port.files, zoneFile(name) + end);
    };
    const reload = {
      ...reconfiguration(port, isServed ? control : undefined),
      // Many accounts may be created at the same time, and each new zone takes a reconfiguration of all.
      ...(statement.before === null && { isPatient: true as const }),
      ...(isServed && isAddition(desired, changes) && { later }),
    };
    needed.push(isServed ? { ...reload, before } : reload);
  }
  // A zone that is new in the configuration is loaded with it.
  const isKept = statement === undefined || (statement.before !== null && statement.after !== null);
  if (isServed && text !== undefined && isKept) {
    const isSigned = zone !== null && zone.dnssecPolicy !== null;
    needed.push({
      key: `bind zone ${name}`,
      ...(isSigned ? signedLoading(name, loading) : { run: () => loadZone(name, loading) }),
    });
  }
  return needed;
}

async function loadZone(name: string, { port, control }: Pick<Loading, 'port' | 'control'>): Promise<void> {
  // A new zone may be changed before named has loaded it.
  if (!(await control.reloadZone(name))) await reconfiguration(port, control).run();
}

function signedLoading(name: string, loading: Loading): Pick<Reload, 'before' | 'run'> {
  let status: ZoneStatus | undefined;
  return {
    async before() {
      status = await loading.control.zoneStatus(name);
      if (status !== undefined) loading.noteStatus(status);
    },
    run: () => loadSigned(name, status, loading),
  };
}

/** @param status the state before the change. */
async function loadSigned(name: string, status: ZoneStatus | undefined, loading: Loading): Promise<void> {
  const { port, control } = loading;
  if (status !== undefined) {
    const file = { name, path: zoneFile(name), isSigned: false };
    const serial = (await checkZone(file, port).catch(() => undefined)) ?? status.serial;
    // The serial decreases because a change is undone. named keeps the higher serial as long as it has the zone.
    if (!isAtLeast(serial, status.serial)) return forgetVersion(name, port, control);
  }
  await loadZone(name, loading);
}

/** Removes the zone from the configuration for a moment. If this process is killed meanwhile, this is repeated. */
async function forgetVersion(name: string, { files }: DriverPort, control: Control): Promise<void> {
  const path = statementFile(name);
  await files.commit(path);
  const statement = await files.read(path);
  if (statement === undefined) return;
  await files.stage(path, statement, readable);
  await files.remove(path);
  try {
    await control.reconfigure();
    await files.remove(zoneFile(name) + JOURNAL);
  } finally {
    await files.commit(path);
  }
  await control.reconfigure();
}
