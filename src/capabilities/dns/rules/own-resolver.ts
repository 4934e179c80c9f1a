// A server that hosts zones of customers does not resolve names with the nameserver that answers from them: a customer
// who adds the zone of somebody else’s domain would steer the mail, the updates and the certificates of the server.

/** The addresses of systemd-resolved, which asks other servers and hosts no zones. */
const STUBS: ReadonlySet<string> = new Set(['127.0.0.53', '127.0.0.54']);

/** Returns those resolvers at which the server would ask its own nameserver. @param addresses all of the machine */
export function ownResolvers(resolvers: readonly string[], addresses: readonly string[]): string[] {
  return resolvers.filter(
    (one) => !STUBS.has(one) && (one.startsWith('127.') || one === '::1' || addresses.includes(one)),
  );
}

/** The resolvers in the text of resolv.conf(5). */
export function resolversIn(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+([^\s%]+)/gm)].flatMap(([, address]) => address ?? []);
}
