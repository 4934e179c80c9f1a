// How Exim would route an address: what its own test says (exim -bt), which delivers nothing. It tells root alone.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** One of the addresses that a recipient leads to. */
export interface RouteEnd {
  /** From the recipient to the end: with forwarders, more than one address. */
  readonly path: readonly string[];
  readonly outcome: 'delivered' | 'discarded' | 'refused' | 'deferred';
  /** Undefined unless it is delivered. */
  readonly transport: string | undefined;
  /** The servers that would get it, the preferred ones first. */
  readonly hosts: readonly string[];
  /** Why it is refused or deferred. Empty otherwise. */
  readonly reason: string;
}

/** DNS may be slow. */
const LIMIT_MS = 30_000;
/** 0: delivered. 1: for some address, DNS did not answer. 2: some address was refused. */
const STATUSES = [0, 1, 2];

/** @param recipient one that `assertDestination` accepts. @throws MachineError `failed`. */
export async function lookAtRoute(
  machine: Pick<Machine, 'services' | 'tools'>,
  recipient: string,
): Promise<RouteEnd[]> {
  if (!(await machine.services()).isSupported)
    throw new MachineError('failed', 'A sandbox runs no Exim, which would route the address.');
  const tools = await machine.tools([{ name: 'exim4' }]);
  const options = { accept: STATUSES, limitMs: LIMIT_MS };
  const { stdout } = await tools.run('exim4', ['-bt', '--', recipient], options);
  const ends = routeIn(stdout);
  if (ends.length === 0)
    throw new MachineError('failed', `Exim’s address test says nothing of “${recipient}”.`);
  return ends;
}

/** Each end begins at the margin, and what belongs to it is indented. */
export function routeIn(output: string): RouteEnd[] {
  const blocks: string[][] = [];
  for (const line of output.split('\n').filter((one) => one.trim() !== '')) {
    if (line.startsWith(' ')) blocks.at(-1)?.push(line.trim());
    else blocks.push([line]);
  }
  return blocks.map(([first = '', ...more]) => {
    const parents = more.flatMap((line) => /^<-- (\S+)$/.exec(line)?.[1] ?? []);
    const hosts = more.flatMap((line) => /^host (\S+)/.exec(line)?.[1] ?? []);
    const transport = more.flatMap((line) => /\btransport = (\S+)$/.exec(line)?.[1] ?? [])[0];
    return { ...endIn(first), path: [...parents.toReversed(), addressIn(first)], hosts, transport };
  });
}

const DISCARDED = /^mail to (\S+) is discarded$/;
const FAILED = /^(\S+) (is undeliverable|cannot be resolved at this time)(?:: (.*))?$/;

const addressIn = (line: string) => (DISCARDED.exec(line)?.[1] ?? line.split(' ')[0] ?? '').toLowerCase();

function endIn(line: string): Pick<RouteEnd, 'outcome' | 'reason'> {
  if (DISCARDED.test(line)) return { outcome: 'discarded', reason: '' };
  const [, , how, reason = ''] = FAILED.exec(line) ?? [];
  if (how === undefined) return { outcome: 'delivered', reason: '' };
  return { outcome: how === 'is undeliverable' ? 'refused' : 'deferred', reason };
}
