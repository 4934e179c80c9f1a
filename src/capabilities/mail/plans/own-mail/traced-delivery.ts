// Where mail for an address would go, as the account that asks may know it: through its own forwarders up to the first
// address that is somebody else’s. What another account of this server does with its mail, and which addresses it has, is
// not said.
import type { Context, FreeContext } from '../../../../core/context.ts';
import type { Fields } from '../../../../core/define.ts';
import { findDomain } from '../../../domains/rules/hosted-domains.ts';
import { lookAtRoute, type RouteEnd } from '../../driver/exim/look-route.ts';
import { assertDestination, ownMail, textOf, type MailOwner } from '../../rules/email-form.ts';
import { domainIn, readState, type MailState } from '../../rules/state.ts';

const LOCAL = 'local_delivery';
const typesOfEnds = {
  delivered: 'remote_delivery',
  discarded: 'discard',
  refused: 'bounce',
  deferred: 'defer',
} as const;

const destinationFields = {
  address: { type: 'string', doc: 'The address that the mail reaches.' },
  type: {
    type: 'string',
    doc:
      'local_delivery: this server keeps the mail. remote_delivery: it sends it to another server. discard, bounce (it is ' +
      'refused), defer (it waits).',
  },
  mx: {
    list: { type: 'string' },
    doc: 'With remote_delivery: the servers that would get it, the preferred ones first.',
  },
  message: { type: 'string', doc: 'Why it is refused, or waits. Empty otherwise.' },
} as const satisfies Fields;

export const tracedFields = {
  address: { type: 'string', doc: 'The recipient.' },
  type: { type: 'string', doc: 'routed; or discard, bounce or defer if the mail reaches nobody.' },
  destinations: { list: { fields: destinationFields }, doc: 'Where the mail goes.' },
} as const satisfies Fields;

interface Destination {
  readonly address: string;
  readonly type: string;
  readonly mx: string[];
  readonly message: string;
}

/** Whose mail an address is. */
type Whose = 'own' | 'another account’s' | 'another server’s';
type Readers = Pick<Context, 'db' | 'caller' | 'system'>;

const at = (address: string) => address.lastIndexOf('@');
const domainOf = (address: string) => address.slice(at(address) + 1);

/** Whose mail each of the addresses is. */
async function owners(
  { db, system }: Pick<Readers, 'db' | 'system'>,
  { account, domains }: MailOwner,
  addresses: Iterable<string>,
): Promise<ReadonlyMap<string, Whose>> {
  const hostname = system.hostname().toLowerCase();
  const found = new Map<string, Whose>();
  for (const address of addresses) {
    const domain = domainOf(address);
    const isAccount = domain === hostname && address.slice(0, at(address)) === account.username;
    if (isAccount || domains.includes(domain)) found.set(address, 'own');
    else if (domain === hostname || (await findDomain(db, domain)) !== undefined)
      found.set(address, 'another account’s');
    else found.set(address, 'another server’s');
  }
  return found;
}

/** Exim is not asked about addresses of other accounts. @throws ApiError `bad_param`. @throws MachineError. */
export async function lookAtDelivery(
  { machine, transaction, caller, system }: FreeContext,
  given: string,
): Promise<readonly RouteEnd[]> {
  const recipient = given.toLowerCase();
  assertDestination('recipient', recipient);
  const whose = await transaction('reads', async (db) => {
    const owner = await ownMail({ db, caller });
    return (await owners({ db, system }, owner, [recipient])).get(recipient);
  });
  if (whose !== 'another account’s') return lookAtRoute(machine, recipient);
  return [{ path: [recipient], outcome: 'delivered', transport: undefined, hosts: [], reason: '' }];
}

export async function tracedDelivery(context: Readers, given: string, ends: readonly RouteEnd[]) {
  const owner = await ownMail(context);
  const state = await readState(context.db, owner.account.username);
  const whose = await owners(context, owner, new Set(ends.flatMap(({ path }) => path)));
  const found = new Map<string, Destination>();
  for (const end of ends) {
    const destination = destinationOf(end, whose, (address) => reasonIn(state, address));
    found.set(JSON.stringify(destination), destination);
  }
  const destinations = [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
  const reached = destinations.some(({ type }) => type.endsWith('_delivery'));
  const type = reached ? 'routed' : (destinations[0]?.type ?? 'bounce');
  return { address: given.toLowerCase(), type, destinations };
}

function destinationOf(
  { path, outcome, transport, hosts, reason }: RouteEnd,
  whose: ReadonlyMap<string, Whose>,
  ownReason: (address: string) => string,
): Destination {
  const foreign = path.find((address) => whose.get(address) === 'another account’s');
  if (foreign !== undefined) return { address: foreign, type: LOCAL, mx: [], message: '' };
  const isHere = outcome === 'delivered' && transport !== 'remote_smtp';
  const address = path.at(-1) ?? '';
  return {
    address,
    type: isHere ? LOCAL : typesOfEnds[outcome],
    ...{ mx: [...hosts], message: outcome === 'refused' && reason === '' ? ownReason(address) : reason },
  };
}

/** What the account itself says of an address whose mail is refused. Exim tells it only to administrators. */
function reasonIn(state: MailState, address: string): string {
  const own = state.forwarders.find((one) => textOf(one) === address)?.destination;
  const said = own ?? domainIn(state, domainOf(address)).defaultAddress ?? '';
  return /^:fail:\s*(.*)$/.exec(said)?.[1] ?? '';
}
