// The role DNS: BIND 9 with its secondaries, and an include of our zones in its configuration.
import type { Machine } from '../../../core/machine.ts';
import { serverSettings } from '../rules/server-settings.ts';
import type { ServerOptions, ServerPlace, ServerSettings } from './zones/contract.ts';
import { zones } from './zones/zones.ts';
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';

const PORT = 53;

export const role: RoleDriver = {
  role: 'DNS',
  packages: ['bind9', 'bind9-utils'],
  units: ['named'],
  configure: (work) => configureNameServer({ ...work, nameServer: serverSettings(work) }),
  examine: (machine) => zones.examine(machine),
};

type ServerWork = Pick<RoleWork, 'machine' | 'now' | 'log' | 'changed' | 'isRetry'>;

/** Can be repeated. */
export async function configureNameServer(
  work: ServerWork & { readonly nameServer: ServerSettings },
): Promise<void> {
  const { nameServer, machine } = work;
  const place = await placeOf(machine);
  if (place !== undefined) await nameServer.register(place);
  // Another process may have written an older state in the meantime, so the stored state is read again at the end.
  let { isRetry } = work;
  for (let written: string | undefined; ;) {
    const options = await nameServer.options();
    const wanted = JSON.stringify(options);
    if (wanted === written) return;
    await write(options, { ...work, isRetry });
    written = wanted;
    isRetry = false;
  }
}

async function write(
  options: ServerOptions,
  { machine, now, log, changed, isRetry }: ServerWork,
): Promise<void> {
  const step = await zones.setUp(machine, options, now());
  const diff = await step.preview(machine);
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  if (isRetry && memento.files.length === 0) await step.reload(machine);
  if (diff === '') return log('BIND already includes the zones of whmapi1.');
  changed(step.description);
  for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
  for (const { backup } of memento.files) {
    if (backup.copy !== null) log(`Backup, in the state directory: files/backups${backup.copy}`);
  }
}

/** The address of this server's nameserver for others. Undefined in a sandbox that runs none. */
export async function placeOf(machine: Machine): Promise<ServerPlace | undefined> {
  const services = await machine.services();
  const own = await services.ownProcess('named');
  if (own !== undefined) return { address: own.address, port: own.port };
  if (machine.system.isSandbox) return undefined;
  const addresses = await (await machine.addresses()).list();
  const main = [4, 6].map((family) => addresses.find((one) => one.isMain && one.family === family));
  const [first] = main.filter((one) => one !== undefined);
  return { address: first?.address ?? machine.system.addresses()[0], port: PORT };
}
