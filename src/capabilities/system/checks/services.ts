// The services of this server's roles are running. The API server is the only such role so far.
import { existsSync } from 'node:fs';
import {
  note,
  ok,
  problem,
  SHORT_LIMIT_MS,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

interface Service {
  readonly unit: string;
  /** The purpose of the service. */
  readonly role: string;
}

const services: readonly Service[] = [{ unit: 'whmapi1d', role: 'API server' }];

const check: Check = {
  title: 'Services',
  order: 90,
  run: (subject) => Promise.all(services.map((service) => stateOf(service, subject))),
};

async function stateOf({ unit, role }: Service, subject: Subject): Promise<Finding> {
  const running = subject.servers().filter(({ role: name }) => name === unit);
  const [state, file] = await unitOf(unit, subject);
  if (running.length > 0) {
    const places = running.flatMap(({ addresses }) => addresses).join(', ');
    return ok(`The ${role} (${unit}) is running: ${places}.`);
  }
  if (state === 'active') return ok(`The ${role} (${unit}) is running.`);
  if (state === 'failed') {
    return problem(
      `The ${role} (${unit}) failed. Its log says why: journalctl -u ${unit}`,
      `systemctl restart ${unit}`,
    );
  }
  if (file === 'enabled') {
    return problem(`The ${role} (${unit}) is enabled, but it is not running.`, `systemctl start ${unit}`);
  }
  const start = file === 'disabled' ? `systemctl enable --now ${unit}` : unit;
  return note(
    `The ${role} (${unit}) is not running. It is needed for calls over the network, and for tasks.`,
    start,
  );
}

/**
 * Returns systemd's states of the unit and of its file. Empty if systemd is not running, or the installation is a
 * sandbox.
 */
async function unitOf(unit: string, { isSandbox, run }: Subject): Promise<readonly [string, string]> {
  if (isSandbox || !existsSync('/run/systemd/system')) return ['', ''];
  const words = ['show', unit, '--property=ActiveState', '--property=UnitFileState'];
  const { stdout } = await run('systemctl', words, { limitMs: SHORT_LIMIT_MS });
  const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  return [valueOf('ActiveState'), valueOf('UnitFileState')];
}

export default check;
