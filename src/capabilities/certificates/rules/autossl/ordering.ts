// An order from its row to the certificate. Every step can be repeated: a process that continues an order asks the issuer
// for its state, and goes on from there.
import {
  AcmeError,
  type AcmeAuthorization,
  type AcmeClient,
  type AcmeOrder,
} from '../../../../core/machine-acme.ts';
import { putAnswers, removeAnswers, type DnsAnswer } from './dns-answers.ts';
import { DnsHookCalls, find as findHook } from './dns-hook.ts';
import { waitOf, type Issuer } from './issuer.ts';
import * as orders from './orders.ts';
import type { Order } from './orders.ts';
import type { CheckContext } from './check-context.ts';

const POLL_MS = 1_000;
/** Later polls come less often. */
const MAX_POLL_MS = 10_000;
/** Then the order is left to the next run. */
const LIMIT_MS = 5 * 60_000;
/** Secondary nameservers have to get the zone. */
const DNS_DELAY_MS = 5_000;

export type Outcome =
  /** The certificate is stored in the order’s row. */
  | { readonly kind: 'issued' }
  /** The issuer could not validate these names, or does not accept them. The order is void. */
  | { readonly kind: 'failed'; readonly problems: ReadonlyMap<string, string> }
  /** The issuer no longer knows the order. */
  | { readonly kind: 'gone' };

export interface Placement {
  /** The names that are validated by DNS. */
  readonly dnsNames: ReadonlySet<string>;
  /** Those of them whose records the administrator’s program sets. */
  readonly hooked: ReadonlySet<string>;
  /** The ID of the certificate that the new one replaces (RFC 9773, section 5). */
  readonly replaces: string | undefined;
  /** True if the issuer might have the order although its URL is not stored: a process has died. */
  readonly mayBePlaced: boolean;
}

/** @throws AcmeError if the issuer cannot be asked or takes too long: the order can be continued. */
export async function obtain(
  context: CheckContext,
  issuer: Issuer,
  order: Order,
  placement: Placement,
): Promise<Outcome> {
  const { transaction, now, signal, pause } = context;
  const { client } = issuer;
  const key = await orders.openKey(context.sealer, order);
  const placed = order.url ?? (await place(context, issuer, order, placement));
  if (typeof placed !== 'string') return placed;
  const end = now() + LIMIT_MS;
  for (let delay = POLL_MS; ; delay = Math.min(MAX_POLL_MS, delay * 1.5)) {
    signal.throwIfAborted();
    const found = await client.findOrder(placed);
    await transaction('changes', (db) => orders.setPolled(db, order, now()));
    switch (found?.status) {
      case undefined:
        return { kind: 'gone' };
      case 'valid': {
        const issued = await client.certificate(placed, order.names, key, now());
        await transaction('changes', (db) => orders.setIssued(db, order, issued));
        return { kind: 'issued' };
      }
      case 'invalid':
        return { kind: 'failed', problems: await problemsOf(client, order, placed, found.problem) };
      case 'pending': {
        const problems = await validate(context, client, { ...order, url: placed }, placement);
        if (problems.size > 0) return { kind: 'failed', problems };
        break;
      }
      case 'ready':
        await client.finalize(placed, order.names, key);
        break;
      case 'processing':
    }
    const wait = Math.max(delay, found.retryAfterMs ?? 0);
    if (now() + (found.retryAfterMs ?? 0) >= end) {
      if (wait > delay) await transaction('changes', (db) => orders.setWait(db, order, now() + waitOf(wait)));
      throw new AcmeError(
        'The issuer takes longer than five minutes. The next run goes on with the order.',
        '',
      );
    }
    if (found.status !== 'pending') await pause(wait, signal);
  }
}

/** An issuer that does not list orders gives a second order the URL of the first one, as Let’s Encrypt does. */
async function place(
  { transaction }: CheckContext,
  issuer: Issuer,
  order: Order,
  { mayBePlaced, replaces }: Placement,
): Promise<string | Outcome> {
  try {
    const left = mayBePlaced ? await findPlaced({ transaction }, issuer.client, order) : undefined;
    const { url } = left ?? (await createOrder(issuer, order, replaces));
    await transaction('changes', (db) => orders.setUrl(db, order, url));
    return url;
  } catch (error) {
    if (!(error instanceof AcmeError) || !REFUSALS.includes(error.type)) throw error;
    return { kind: 'failed', problems: blame(order.names, error.message) };
  }
}

/** The issuer does not count the renewal of a certificate that it knows. */
async function createOrder(issuer: Issuer, order: Order, replaces: string | undefined): Promise<AcmeOrder> {
  const { client } = issuer;
  const profile = await issuer.profile();
  if (replaces !== undefined && (await issuer.directory()).renewalInfo !== null) {
    try {
      return await client.createOrder(order.names, { profile, replaces });
    } catch (error) {
      // Another order has replaced it, or another account or issuer has it: an order like any other.
      if (!(error instanceof AcmeError) || !NOT_REPLACED.includes(error.type)) throw error;
    }
  }
  await issuer.countOrder(order);
  return client.createOrder(order.names, { profile });
}

async function findPlaced(
  { transaction }: Pick<CheckContext, 'transaction'>,
  client: AcmeClient,
  { names }: Order,
): Promise<AcmeOrder | undefined> {
  const others = await transaction('reads', orders.list);
  return client.findPlaced(names, new Set(others.flatMap(({ url }) => url ?? [])));
}

/** RFC 8555, section 6.7: problems of names, which another attempt does not solve. */
const REFUSALS = ['rejectedIdentifier', 'unsupportedIdentifier', 'malformed', 'caa'];

/** RFC 9773, section 5. */
const NOT_REPLACED = ['alreadyReplaced', 'malformed', 'unauthorized', 'notFound'];

/** The names that a message quotes. All of them if it quotes none. */
function blame(names: readonly string[], message: string): ReadonlyMap<string, string> {
  const quoted = names.filter((name) => message.includes(`"${name}"`) || message.includes(`[${name}]`));
  return new Map((quoted.length > 0 ? quoted : names).map((name) => [name, message]));
}

/** Why an order is void: its invalid authorizations, or else what the issuer says of the order. */
async function problemsOf(
  client: AcmeClient,
  order: Order,
  url: string,
  problem: string,
): Promise<ReadonlyMap<string, string>> {
  const failed = (await client.authorizations(url)).filter(
    ({ status }) => !['valid', 'pending'].includes(status),
  );
  if (failed.length === 0) {
    return blame(order.names, problem === '' ? 'The issuer does not say why the order failed.' : problem);
  }
  return new Map(
    failed.map(({ name, problem: why, status }) => [
      name,
      why === '' ? `The issuer says “${status}”, and not why.` : why,
    ]),
  );
}

/**
 * Answers the challenges of an order, and waits until the issuer has looked at them.
 * @returns the names whose challenges could not be answered, each with the reason. Then no challenge was.
 */
async function validate(
  context: CheckContext,
  client: AcmeClient,
  { url: orderUrl, username }: { readonly url: string; readonly username: string },
  { dnsNames, hooked }: Placement,
): Promise<ReadonlyMap<string, string>> {
  const { challenges, now, pause, signal } = context;
  const pending = (await client.authorizations(orderUrl)).filter(({ status }) => status === 'pending');
  const files: string[] = [];
  const records: DnsAnswer[] = [];
  const elsewhere: DnsAnswer[] = [];
  const hook = hooked.size === 0 ? undefined : await context.transaction('reads', findHook);
  const calls = hook && new DnsHookCalls(context, hook, username);
  const answers: { readonly url: string; readonly type: 'http-01' | 'dns-01' }[] = [];
  for (const authorization of pending) {
    const { name, url } = authorization;
    const type = name.startsWith('*.') || dnsNames.has(name) ? 'dns-01' : 'http-01';
    const challenge = findChallenge(authorization, type);
    answers.push({ url, type });
    if (type === 'dns-01') (hooked.has(name) ? elsewhere : records).push({ name, answer: challenge.answer });
    else {
      files.push(challenge.token);
      await challenges.put(challenge.token, challenge.answer);
    }
  }
  try {
    const problems = (await calls?.put(elsewhere)) ?? new Map<string, string>();
    if (problems.size > 0) return problems;
    if (records.length > 0) {
      await putAnswers(context, records);
      await pause(DNS_DELAY_MS, signal);
    }
    for (const { url, type } of answers) await client.answer(url, type);
    const end = now() + LIMIT_MS;
    let asked = 0;
    for (let delay = POLL_MS; now() < end; delay = Math.min(MAX_POLL_MS, delay * 1.5)) {
      await pause(Math.min(Math.max(delay, asked), LIMIT_MS), signal);
      const left = (await client.authorizations(orderUrl)).filter(({ status }) => status === 'pending');
      // One that failed makes the order void.
      if (left.length === 0) break;
      // RFC 8555, section 8.2.
      asked = Math.max(...left.map(({ retryAfterMs = 0 }) => retryAfterMs));
    }
  } finally {
    for (const token of files) await challenges.remove(token);
    await calls?.remove();
    await removeAnswers(context, records);
  }
  return new Map();
}

function findChallenge({ name, challenges }: AcmeAuthorization, type: string) {
  const found = challenges.find((one) => one.type === type);
  if (found === undefined) throw new AcmeError(`The issuer does not validate “${name}” by ${type}.`, '');
  return found;
}
