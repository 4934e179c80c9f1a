// Service subdomains redirect to the ports of the API server, at the addresses of the accounts.
import { connect } from 'node:net';
import * as accounts from '../../accounts/rules/accounts.ts';
import { isPolicyName } from '../rules/mail-policies.ts';
import { portOf } from '../rules/service-subdomains.ts';
import { virtualHostsOf } from '../rules/virtual-hosts.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import type { RunningServer } from '../../../store/running-servers.ts';
import {
  note,
  ok,
  SHORT_LIMIT_MS,
  warning,
  withStore,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';
import type { Db } from '../../../core/context.ts';

const check: Check = {
  title: 'Service names',
  order: 97,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { isSandbox, machine, servers } = subject;
      if (isSandbox) return [ok('Not checked, because a sandbox runs no services.')];
      if (!(await rolesOf({ db, system: machine.system })).has('WebServer'))
        return [ok('Not checked, because this server has no role WebServer.')];
      const targets = await targetsOf(db);
      if (targets.length === 0) return [ok('No account has service subdomains.')];
      if (servers().length === 0) return [note('Not checked, because the API server is not running.')];
      const found = await Promise.all(
        targets.map(async (target) => ({ target, isOpen: await answers(target.address, target.port) })),
      );
      const closed = found.filter(({ isOpen }) => !isOpen).map(({ target }) => target);
      const reached = found.filter(({ isOpen }) => isOpen).map(({ target }) => target);
      return [...reached.map(reachedFinding), ...closedFindings(closed, servers().every(isLocalOnly))];
    }),
};

/** True if only clients on this server reach it: the default. */
function isLocalOnly({ addresses }: RunningServer): boolean {
  return addresses.every((address) => {
    const { hostname } = new URL(address);
    return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  });
}

interface Target {
  readonly address: string;
  readonly port: number;
  /** A name that leads there. */
  readonly name: string;
}

/** Each address with each port once. */
async function targetsOf(db: Db): Promise<Target[]> {
  const found = new Map<string, Target>();
  for (const account of await accounts.listAll(db)) {
    const names = (await virtualHostsOf(db, account)).flatMap(({ services }) => services);
    for (const name of names.filter((one) => !isPolicyName(one))) {
      const target = { address: account.ip, port: portOf(name), name };
      const key = `${target.address} ${target.port}`;
      if (!found.has(key)) found.set(key, target);
    }
  }
  return [...found.values()];
}

const reachedFinding = ({ address, port, name }: Target): Finding =>
  ok(`Clients of ${name} find port ${port} at ${address}.`);

function closedFindings(closed: readonly Target[], isByDefault: boolean): Finding[] {
  const [first] = closed;
  if (first === undefined) return [];
  if (!isByDefault) {
    return closed.map(({ address, port, name }) =>
      warning(
        `“${name}” redirects to port ${port}, but nothing answers there at ${address}. ` +
          'Check where the API server listens (WHMAPI1D_BIND in /etc/default/whmapi1). ' +
          'To have no such names, set the tweak setting proxysubdomains to 0.',
      ),
    );
  }
  // Nothing is wrong: a new server is closed until somebody opens it.
  return [
    note(
      `The API server accepts only local connections, so clients cannot use names such as “${first.name}” yet. ` +
        'This command makes it accept connections from everywhere. To have no such names, set the tweak setting proxysubdomains to 0.',
      'echo WHMAPI1D_BIND=0.0.0.0 >>/etc/default/whmapi1 && systemctl restart whmapi1d',
    ),
  ];
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(SHORT_LIMIT_MS, () => end(false));
    socket.on('error', () => end(false));
    socket.on('connect', () => end(true));
  });
}

export default check;
