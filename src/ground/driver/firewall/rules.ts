// Rules of the kernel’s firewall (nftables) that come back at each start of the server. Each set of rules is a file with a
// table of its own, so that it never changes rules of others. A unit of systemd loads it before there is a network.
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { FileSteps, type DriverPort, type FileDriver } from '../file-driver.ts';
import type { DriverMachine } from '../step.ts';

const RULES_FOLDER = '/etc/whmapi1-firewall';
const UNITS = '/etc/systemd/system';
const TEMPLATE = 'whmapi1-firewall@.service';
const FAILED = 1;

/** The name is that of the file, and part of the names of the table and the unit. Null: the rules go. */
interface Desired {
  readonly name: string;
  readonly rules: string | null;
}

const TEMPLATE_FILE = `# Written by whmapi1, which replaces this file.
[Unit]
Description=Firewall rules of whmapi1: %i
DefaultDependencies=no
# Before there is a network. The service of Debian’s nftables removes all rules whenever it starts, stops or reloads.
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file ${RULES_FOLDER}/%i.nft
ExecReload=/usr/sbin/nft --file ${RULES_FOLDER}/%i.nft
ExecStop=-/usr/sbin/nft delete table inet whmapi1-%i

[Install]
WantedBy=sysinit.target
`;

const unitOf = (name: string): string => `whmapi1-firewall@${name}`;
const tableOf = (name: string): string => `inet whmapi1-${name}`;
export const fileOf = (name: string): string => `${RULES_FOLDER}/${name}.nft`;

/** The first packet of a connection. Later ones can have no owner any more, and must pass. */
export const NEW_CONNECTION = 'tcp flags & (fin | syn | rst | ack) == syn';

/** The whole file: it replaces the table in one transaction of the kernel. @param content chains and sets. */
export function renderRules(name: string, content: string): string {
  const table = `table ${tableOf(name)}`;
  return `# Written by whmapi1, which replaces this file.\n${table}\ndelete ${table}\n${table} {\n${content}}\n`;
}

const driver: FileDriver<Desired> = {
  name: 'The firewall',
  directories: [RULES_FOLDER, UNITS],
  tools: [{ name: 'nft' }, { name: 'systemctl' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('nft'),
  folders: [
    { path: UNITS, attributes: { mode: 0o755 } },
    { path: RULES_FOLDER, attributes: { mode: 0o755 } },
  ],
  files: ({ name, rules }) => [
    { path: `${UNITS}/${TEMPLATE}`, content: TEMPLATE_FILE, attributes: { mode: 0o644 } },
    { path: fileOf(name), content: rules, attributes: { mode: 0o644 } },
  ],
  async check({ name }, staged, { tools, services }) {
    const path = staged.get(fileOf(name));
    if (path !== undefined && services.isSupported) await tools.run('nft', ['--check', '--file', { path }]);
  },
  async reloads(desired, changes, { services, tools }) {
    if (changes.length === 0 || !services.isSupported) return [];
    const key = unitOf(desired.name);
    return [{ key, run: () => (desired.rules === null ? stop(key, tools) : load(key, { services, tools })) }];
  },
  async healthy({ name, rules }, changes, { services, tools }) {
    if (changes.length === 0 || !services.isSupported) return;
    if ((await isLoaded(name, tools)) === (rules === null))
      throw new MachineError('failed', `The firewall did not follow “${fileOf(name)}”.`);
  },
  isDown: () => false,
};

/** A reload replaces the rules without a moment in which there are none. */
async function load(
  unit: string,
  { services, tools }: Pick<DriverPort, 'services' | 'tools'>,
): Promise<void> {
  await tools.run('systemctl', ['daemon-reload']);
  await services.enable(unit);
  if ((await services.state(unit)).state === 'active') await services.reload(unit);
  else await services.start(unit);
}

/** Its unit removes the table. */
async function stop(unit: string, tools: DriverPort['tools']): Promise<void> {
  await tools.run('systemctl', ['disable', '--now', unit]);
}

async function isLoaded(name: string, tools: DriverPort['tools']): Promise<boolean> {
  const words = ['--terse', 'list', 'table', ...tableOf(name).split(' ')];
  return (await tools.run('nft', words, { accept: [0, FAILED] })).status === 0;
}

const steps = new FileSteps(driver);

/**
 * Sets these rules, or removes them. Does nothing if the file is as it should be.
 * @param rules of `renderRules`, or null.
 * @returns whether it changed something.
 * @throws MachineError `failed`. Then the former rules are in force.
 */
export async function setRules(machine: DriverMachine, name: string, rules: string | null): Promise<boolean> {
  const { files } = await steps.port(machine);
  if (rules === null && (await files.facts(fileOf(name))) === undefined) return false;
  const step = steps.step(`firewall ${name}`, `Set the rules of the firewall, “${fileOf(name)}”.`, {
    name,
    rules,
  });
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  return memento.files.length > 0;
}

/** Loads all rules that somebody has removed from the kernel. @returns their names. */
export async function loadLostRules(machine: DriverMachine): Promise<readonly string[]> {
  const lost = await lostRules(machine);
  const { services, tools } = await steps.port(machine);
  for (const name of lost) await load(unitOf(name), { services, tools });
  return lost;
}

/** Sentences for people: why this server cannot have these rules. Undefined if it can. */
export async function whyNoRules(
  machine: Pick<Machine, 'tools' | 'system'>,
  rules: string,
): Promise<string | undefined> {
  const tools = await machine.tools(driver.tools);
  if (!(await tools.has('nft'))) {
    return machine.system.isSandbox
      ? 'A sandbox has no firewall.'
      : 'This server has no firewall that this program can use. Install it first: apt-get install nftables.';
  }
  const words = ['--check', '--file', '-'];
  const { status, stderr } = await tools.run('nft', words, { input: rules, accept: [0, FAILED] });
  return status === 0 ? undefined : `The firewall of this server does not accept the rules: ${stderr.trim()}`;
}

/** The names of the rules that should be loaded, and are not. */
export async function lostRules(machine: DriverMachine): Promise<readonly string[]> {
  const { files, tools, services } = await steps.port(machine);
  if (!services.isSupported) return [];
  const names = (await files.list(RULES_FOLDER)).flatMap((file) => /^(.+)\.nft$/.exec(file)?.[1] ?? []);
  const hasTool = await tools.has('nft');
  const found = await Promise.all(names.map(async (name) => hasTool && (await isLoaded(name, tools))));
  return names.filter((_name, at) => found[at] !== true);
}
